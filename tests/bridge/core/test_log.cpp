// SPDX-License-Identifier: BSD-3-Clause
// The log: the host's handler, a file, or both.
#include <iterator>

#include "fixture.hpp"

struct Lines {
  std::vector<std::pair<int32_t, std::string>> lines;

  hyb_host host() {
    hyb_host host{};
    host.size = sizeof host;
    host.log_data = this;
    host.log = [](int32_t level, const char *text, void *data) {
      static_cast<Lines *>(data)->lines.emplace_back(level, text);
    };
    return host;
  }
};

static std::string contents(const std::string &path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

static void the_handler_hears_of_every_scheme() {
  Lines log;
  const hyb_host host = log.host();
  const std::string emulator = write_emulator(column_card);
  const Scheme scheme(emulate(emulator), HYB_TOP_DOWN, nullptr, &host);
  CHECK_EQ(log.lines.size(), 1u);
  CHECK_EQ(log.lines[0].first, HYB_LOG_INFO);
  CHECK_HAS(log.lines[0].second.c_str(), "scheme 'test': mode emulate");
  CHECK_HAS(log.lines[0].second.c_str(), emulator.c_str());
}

static void the_backend_may_tell_of_itself() {
  const std::pair<int32_t, int32_t> levels[] = {  // as the backend has it, as it is logged
      {HYB_LOG_INFO, HYB_LOG_INFO}, {HYB_LOG_WARNING, HYB_LOG_WARNING}, {99, HYB_LOG_WARNING},
      {0, 0}, {-1, 0}};
  for (const auto &[level, logged] : levels) {
    Lines log;
    const hyb_host host = log.host();
    const std::string emulator = write_emulator(column_card, "about=" + std::to_string(level));
    const Scheme scheme(emulate(emulator), HYB_TOP_DOWN, nullptr, &host);
    CHECK_EQ(log.lines.size(), logged ? 2u : 1u);
    if (log.lines.size() < 2) continue;
    CHECK_EQ(log.lines[1].first, logged);
    CHECK_EQ(log.lines[1].second,
             std::string("scheme 'test': backend 'torchscript': products by \"hand\""));
  }
}

static void the_file_grows() {
  const std::string path = folder() / "run.{rank}.log";
  for (int run = 0; run < 2; ++run) {
    const Domain domain("log = \"" + path + "\"");
    hyb_scheme *scheme = nullptr;
    CHECK_OK(hyb_scheme_create(domain.handle, "test", HYB_TOP_DOWN, &scheme));
    const std::string text = contents(folder() / "run.0.log");
    CHECK_HAS(text.c_str(), "Z: run of '");  // the time, then the program
    CHECK_HAS(text.c_str(), ", pyhybrid " HYB_VERSION "\ninfo: scheme 'test': mode native\n");
    CHECK_OK(hyb_scheme_destroy(scheme));
  }
  const std::string text = contents(folder() / "run.0.log");
  CHECK_EQ(std::count(text.begin(), text.end(), '\n'), 4);
  CHECK_EQ(text.compare(0, 5, "---- "), 0);
}

// The data of the handler may be gone by the time the last scheme is.
static void the_handler_is_not_called_after_the_domain() {
  Lines *log = new Lines;
  const hyb_host host = log->host();
  const std::string text = "[domain]\nplugins = \"" + plugin_folder() +
                           "\"\n[scheme.test]\nmode = \"record\"\nfield.x.unit = \"1\"\n"
                           "record.path = \"" + folder() / "fail-append.nc" + "\"";
  hyb_domain *domain = nullptr;
  hyb_scheme *scheme = nullptr;
  hyb_call call;
  const double x = 1;
  const hyb_view view = view_of(&x, {1});
  CHECK_OK(hyb_domain_create_text(text.c_str(), nullptr, &host, &domain));
  CHECK_OK(hyb_scheme_create(domain, "test", HYB_TOP_DOWN, &scheme));
  CHECK_OK(hyb_domain_destroy(domain));
  const size_t lines = log->lines.size();
  CHECK_OK(hyb_call_open(scheme, 1, 1, &call));
  CHECK_OK(hyb_call_put(&call, "x", &view));
  CHECK_OK(hyb_call_run(&call));
  CHECK_OK(hyb_call_close(&call));
  CHECK_OK(hyb_scheme_destroy(scheme));
  CHECK_EQ(log->lines.size(), lines);
  delete log;
}

// A call that nobody closed is told of at the latest when its scheme or its domain ends.
static void calls_left_open_are_told(bool domain_first) {
  Lines log;
  const hyb_host host = log.host();
  hyb_domain *domain = nullptr;
  hyb_scheme *scheme = nullptr;
  hyb_call call;
  CHECK_OK(hyb_domain_create_text("", nullptr, &host, &domain));
  CHECK_OK(hyb_scheme_create(domain, "test", HYB_TOP_DOWN, &scheme));
  CHECK_OK(hyb_call_open(scheme, 4, 5, &call));
  if (domain_first) CHECK_OK(hyb_domain_destroy(domain));
  CHECK_OK(hyb_scheme_destroy(scheme));
  CHECK_EQ(log.lines.back().first, HYB_LOG_WARNING);
  CHECK_HAS(log.lines.back().second.c_str(),
            "end of scheme 'test': expected every call closed, found 1 open (one of them begins at "
            "column 5)");
  CHECK_REFUSED(hyb_call_close(&call), HYB_ERROR_PHASE, "expected an open one");
  if (!domain_first) CHECK_OK(hyb_domain_destroy(domain));
}

static void failures_are_counted_at_the_end() {
  Lines log;
  const hyb_host host = log.host();
  {
    const Scheme scheme(emulate(write_emulator(column_card)), HYB_TOP_DOWN, nullptr, &host);
    for (int step = 0; step < 3; ++step) {
      const Call call(scheme, 2);
      CHECK(call.run() != HYB_OK);
      CHECK_OK(call.close());
    }
  }
  const auto found = std::find_if(log.lines.begin(), log.lines.end(), [](const auto &line) {
    return line.second.find("end of scheme 'test': 3 of 3 calls had no result of the emulator") !=
           std::string::npos;
  });
  CHECK(found != log.lines.end());
}

// What the host does not say cannot be compared with the card.
static void undeclared_units_are_told_once() {
  Lines log;
  const hyb_host host = log.host();
  const Scheme scheme(emulate(write_emulator(column_card)), HYB_TOP_DOWN, nullptr, &host);
  const hyb_field field = {sizeof(hyb_field), "air_temperature", "K", nullptr, HYB_STATE};
  CHECK_OK(hyb_scheme_field(scheme.handle, &field));
  const size_t before = log.lines.size();
  CHECK_OK(hyb_domain_step(scheme.domain.handle, 1, nullptr, 0));
  CHECK_OK(hyb_domain_step(scheme.domain.handle, 2, nullptr, 0));
  CHECK_EQ(log.lines.size(), before + 1);
  CHECK_EQ(log.lines.back().first, HYB_LOG_INFO);
  const std::string &told = log.lines.back().second;
  CHECK_HAS(told.c_str(), "no unit declared, so none compared with the card's");
  CHECK_HAS(told.c_str(), "'surface_air_pressure'");
  CHECK(told.find("'air_temperature'") == std::string::npos);
}

// Nothing may be lost, and nothing may be printed.
static void without_handler_and_file_errors_go_to_a_file_of_their_own() {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::create_directory(folder() / "run");
  std::filesystem::current_path(folder() / "run");
  {
    const Scheme scheme(
        "mode = \"record\"\nfield.x.unit = \"1\"\n"
        "record.path = \"fail-append.nc\"\nrecord.replace = true");
    CHECK(!std::filesystem::exists("hybrid.0.log"));
    const double x = 1;
    const Call call(scheme, 1);
    CHECK_OK(call.put("x", view_of(&x, {1})));
    CHECK_OK(call.run());
    CHECK_OK(call.close());
  }
  const std::string text = contents("hybrid.0.log");
  CHECK_HAS(text.c_str(), "error: recording of scheme 'test' failed");
  std::filesystem::current_path(before);
}

static void a_handler_may_throw() {
  hyb_host host{};
  host.size = sizeof host;
  host.log = [](int32_t, const char *, void *) { throw 4711; };
  hyb_domain *domain = nullptr;
  hyb_scheme *scheme = nullptr;
  CHECK_OK(hyb_domain_create_text("", nullptr, &host, &domain));
  CHECK_REFUSED(hyb_scheme_create(domain, "test", HYB_TOP_DOWN, &scheme), HYB_ERROR_INTERNAL,
                "unknown type");
  CHECK(!scheme);
  CHECK_OK(hyb_domain_step(domain, 1, nullptr, 0));
  CHECK_OK(hyb_domain_destroy(domain));
}

static int64_t lines_with(const Lines &log, const std::string &text) {
  return std::count_if(log.lines.begin(), log.lines.end(), [&](const auto &line) {
    return line.second.find(text) != std::string::npos;
  });
}

// Opens blocks of three columns that begin there, each step anew.
static int64_t columns_told_twice(const std::string &table, const std::vector<int64_t> &begin) {
  Lines log;
  const hyb_host host = log.host();
  const Scheme scheme(table, HYB_TOP_DOWN, nullptr, &host);
  for (int64_t step = 1; step <= 2; ++step) {
    scheme.step(step);
    for (const int64_t first : begin) {
      const Call call(scheme, 3, first);
      CHECK_OK(call.run());
      CHECK_OK(call.close());
    }
  }
  return lines_with(log, "expected each column in one call of a step, found some in two");
}

// Of a wrong `first`, mostly 1 for every block, which records others under a column's name.
static void columns_that_come_twice_are_told_once() {
  const std::string record = "mode = \"record\"\nfield.x.unit = \"1\"\nrecord.path = \"" +
                             folder() / "twice.nc" + "\"\nrecord.replace = true";
  CHECK_EQ(columns_told_twice(record, {1, 1}), 1);
  CHECK_EQ(columns_told_twice(record, {1, 4, 3}), 1);   // the last of one and the first of another
  CHECK_EQ(columns_told_twice(record, {4, 2}), 1);
  CHECK_EQ(columns_told_twice(record, {1, 7, 4, 6}), 1);  // of runs that became one
  CHECK_EQ(columns_told_twice(record, {1, 4, 7}), 0);
  CHECK_EQ(columns_told_twice(record, {7, 1, 4}), 0);
  CHECK_EQ(columns_told_twice(record, {10, 1, 7, 4}), 0);
  CHECK_EQ(columns_told_twice("mode = \"native\"", {1, 1}), 0);
}

int main() {
  columns_that_come_twice_are_told_once();
  the_handler_hears_of_every_scheme();
  the_backend_may_tell_of_itself();
  the_file_grows();
  the_handler_is_not_called_after_the_domain();
  calls_left_open_are_told(true);
  calls_left_open_are_told(false);
  failures_are_counted_at_the_end();
  undeclared_units_are_told_once();
  without_handler_and_file_errors_go_to_a_file_of_their_own();
  a_handler_may_throw();
  return check_failures();
}
