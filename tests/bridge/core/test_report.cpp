// SPDX-License-Identifier: BSD-3-Clause
// The time series of the statistics: records, their lines in the log, their file, a restart.
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <memory>

#include "guarded_model.hpp"
#include "two_loops.hpp"

using nlohmann::json;

struct Lines {
  std::vector<std::string> info, warnings;

  hyb_host host() {
    hyb_host host{};
    host.size = sizeof host;
    host.log_data = this;
    host.log = [](int32_t level, const char *text, void *data) {
      Lines &lines = *static_cast<Lines *>(data);
      (level == HYB_LOG_INFO ? lines.info : lines.warnings).emplace_back(text);
    };
    return host;
  }
};

// A domain with one scheme and a record every `every` steps.
struct Reported {
  std::string file;
  Domain domain;
  hyb_scheme *handle = nullptr;

  Reported(int64_t every, const std::string &table, const std::string &path = "",
           const hyb_host *host = nullptr, const hyb_grid *grid = nullptr)
      : file(path),
        domain("report_steps = " + std::to_string(every) + "\n" +
                   (path.empty() ? "" : "statistics = \"" + path + "\"\n") + "[scheme.test]\n" +
                   table,
               grid, host) {
    CHECK_OK(hyb_scheme_create(domain.handle, "test", HYB_TOP_DOWN, &handle));
  }
  ~Reported() { CHECK_OK(hyb_scheme_destroy(handle)); }

  void step(int64_t number, const char *date = nullptr) const {
    CHECK_OK(hyb_domain_step(domain.handle, number, date, 600.0));
  }
  void block(Model &model, int64_t first, int64_t n) const {
    hyb_call call{};
    CHECK_OK(hyb_call_open(handle, n, first, &call));
    const auto put = [&](const char *name, const std::vector<double> &array) {
      const hyb_view view = model.section(array, first, n);
      CHECK_OK(hyb_call_put(&call, name, &view));
    };
    const auto get = [&](const char *name, const std::vector<double> &array) {
      const hyb_view view = model.section(array, first, n);
      CHECK_OK(hyb_call_get(&call, name, &view));
    };
    put("air_temperature", model.temperature);
    put("surface_air_pressure", model.pressure);
    CHECK_OK(hyb_call_run(&call));
    int32_t wanted = -1;
    CHECK_OK(hyb_call_native_wanted(&call, &wanted));
    if (wanted) model.run_native(first, n);
    get("heating_rate", model.heating);
    get("rainfall_flux", model.rain);
    CHECK_OK(hyb_call_close(&call));
  }
  void steps(Model &model, int64_t first, int64_t last, int64_t size = 16) const {
    for (int64_t number = first; number <= last; ++number) {
      step(number, "2001-01-11");
      for (int64_t at = 1; at <= model.ncol; at += size)
        block(model, at, std::min(size, model.ncol - at + 1));
    }
  }
  json statistics() const {
    const char *text = nullptr;
    CHECK_OK(hyb_domain_statistics(domain.handle, &text));
    return json::parse(text);
  }
  json history() const { return statistics()["history"]; }
};

static json parsed(const std::string &path) {
  std::ifstream file(path);
  return json::parse(file, nullptr, false);
}

static std::string guarded() {
  return emulate(write_emulator(ranged_card())) + "guard.training_range = \"native\"\n";
}

static void records_come_at_multiples_and_add_up_to_the_total() {
  const Reported scheme(10, guarded());
  GuardedModel model(40);
  model.plant(3, 1, 500.0);
  scheme.steps(model, 5, 31);
  const json all = scheme.statistics(), history = all["history"];
  CHECK_EQ(history.size(), 3u);  // of steps 5 to 10, 11 to 20, 21 to 30; 31 is not over
  int64_t columns = 0, rejected = 0, guarded_columns = 0;
  for (const json &record : history) {
    const json &test = record["schemes"]["test"];
    columns += test["columns"].get<int64_t>();
    rejected += test["rejected"].get<int64_t>();
    CHECK_EQ(test["guards"].size(), 1u);
    guarded_columns += test["guards"][0]["columns"].get<int64_t>();
    CHECK_EQ(test["guards"][0]["level"], 2);
    CHECK_EQ(record["ranks"], 1);
  }
  CHECK_EQ(history[0]["step"], 10);
  CHECK_EQ(history[0]["steps"], 6);
  CHECK_EQ(history[2]["step"], 30);
  CHECK_EQ(history[2]["steps"], 10);
  CHECK_EQ(history[2]["date"], "2001-01-11");
  CHECK_EQ(columns, 26 * 40);
  CHECK_EQ(rejected, 26);
  CHECK_EQ(guarded_columns, 26);
  CHECK_EQ(all["schemes"]["test"]["columns"], 27 * 40);
  CHECK_EQ(all["schemes"]["test"]["rejected"], 27);
  CHECK_EQ(all["began"], 5);
  CHECK(all["restored"].is_null());
}

// Hosts that count time in other ways.
static void any_numbering_of_steps_has_records() {
  const Reported scheme(10, guarded());
  Model model(4);
  for (const int64_t number : {-25, -15, -5, 5, 8, 8, 25}) scheme.steps(model, number, number);
  scheme.step(40);
  std::vector<int64_t> found;
  for (const json &record : scheme.history()) found.push_back(record["step"]);
  CHECK(found == std::vector<int64_t>({-15, -5, 5, 25}));
}

static void no_records_without_the_key() {
  const Reported scheme(0, guarded());
  Model model(4);
  scheme.steps(model, 1, 30);
  CHECK(scheme.history().is_array());
  CHECK_EQ(scheme.history().size(), 0u);
}

static void a_line_is_logged_for_each() {
  Lines lines;
  const hyb_host host = lines.host();
  const Reported scheme(2, guarded(), "", &host);
  GuardedModel model(40);
  model.plant(3, 1, 500.0);
  scheme.steps(model, 1, 5);
  std::vector<std::string> told;
  for (const std::string &one : lines.info)
    if (one.find(", step ") != std::string::npos) told.push_back(one);
  CHECK_EQ(told.size(), 2u);
  const std::string line = told.back();
  CHECK_HAS(line.c_str(), "scheme 'test', step 4, 2001-01-11: 80 columns, 2 rejected (2.5 %)");
  CHECK_HAS(line.c_str(), ", infer ");
  CHECK(line.find("audit") == std::string::npos);
}

static void audits_are_in_the_records() {
  static const hyb_grid grid = {sizeof(hyb_grid), 64, nullptr, nullptr, nullptr, nullptr};
  const Reported scheme(5, emulate(write_emulator(column_card)) + "audit = { steps = 1.0 }\n", "",
                        nullptr, &grid);
  Model model(64);
  scheme.steps(model, 1, 11);
  const json history = scheme.history();
  CHECK_EQ(history.size(), 2u);
  for (const json &record : history) {
    const json audit = record["schemes"]["test"]["audit"];
    CHECK(audit["score"]["error"].get<double>() > 1);  // the native routine is another one
    CHECK(audit["score"]["bias"].get<double>() <= audit["score"]["error"].get<double>());
    CHECK_EQ(audit["threshold"], 10.0);
    CHECK_EQ(audit["raised"], false);
  }
  // Every step has the same scores here, but for the rounding of sums.
  const auto error = [&](size_t i) {
    return history[i]["schemes"]["test"]["audit"]["score"]["error"].get<double>();
  };
  CHECK(std::fabs(error(0) - error(1)) < 1e-9 * error(0));
  CHECK_EQ(history[1]["schemes"]["test"]["audited"], 320);
}

static void sizes_of_batches_are_counted() {
  const Reported scheme(1, emulate(write_emulator(column_card)) + "batch.columns = 64\n");
  Model model(200);
  scheme.step(1);
  scheme.block(model, 1, 200);  // three tiles of 64, and 8
  const json batches = scheme.statistics()["schemes"]["test"]["batches"];
  CHECK_EQ(batches["inferences"], 4);
  CHECK_EQ(batches["samples"], 200);
  const json sizes = {{{"from", 5}, {"to", 8}, {"inferences", 1}},
                      {{"from", 33}, {"to", 64}, {"inferences", 3}}};
  CHECK(batches["sizes"] == sizes);
}

static void blocks_that_go_together_are_one_batch() {
  const Scheme scheme(emulate(write_emulator(column_card)));
  Model model(40);
  const std::vector<Call> calls = submitted_blocks(scheme, model, 10);
  int64_t first = 1;
  for (const Call &call : calls) finish(call, model, std::exchange(first, first + 10), 10);
  const json batches = statistics_of(scheme)["batches"];
  CHECK_EQ(batches["inferences"], 1);
  CHECK_EQ(batches["sizes"][0]["to"], 64);
}

static void many_records_become_fewer_and_lose_nothing() {
  const Reported scheme(1, guarded());
  GuardedModel model(2);
  model.plant(1, 0, 500.0);
  scheme.steps(model, 1, 2301, 2);
  const json history = scheme.history();
  CHECK(history.size() <= 1000 && history.size() > 400);
  int64_t columns = 0, rejected = 0, steps = 0, last = 0;
  for (const json &record : history) {
    columns += record["schemes"]["test"]["columns"].get<int64_t>();
    rejected += record["schemes"]["test"]["guards"][0]["columns"].get<int64_t>();
    steps += record["steps"].get<int64_t>();
    CHECK(record["step"].get<int64_t>() > last);
    last = record["step"];
  }
  CHECK_EQ(columns, 2 * 2300);
  CHECK_EQ(rejected, 2300);
  CHECK_EQ(steps, 2300);
  CHECK_EQ(last, 2300);
}

// Handles go in any order: in Python and Fortran mostly the scheme first.
static void a_scheme_that_is_gone_leaves_all_its_statistics() {
  const std::string path = folder() / "gone.json";
  {
    const Domain domain("report_steps = 2\nstatistics = \"" + path + "\"\n[scheme.test]\n" +
                        guarded());
    {
      hyb_scheme *handle = nullptr;
      CHECK_OK(hyb_scheme_create(domain.handle, "test", HYB_TOP_DOWN, &handle));
      for (int64_t step = 1; step < 6; ++step) {
        CHECK_OK(hyb_domain_step(domain.handle, step, nullptr, 1));
      }
      CHECK_OK(hyb_scheme_destroy(handle));
    }
    CHECK_OK(hyb_domain_step(domain.handle, 6, nullptr, 1));
    CHECK_OK(hyb_domain_step(domain.handle, 7, nullptr, 1));
  }
  const json all = parsed(path);
  CHECK_EQ(all["schemes"]["test"]["mode"], "emulate");
  CHECK(all["schemes"]["test"].contains("guards"));
  CHECK(all["schemes"]["test"].contains("batches"));
  CHECK_EQ(all["history"].size(), 4u);  // the last one of step 7 alone
  CHECK(all["history"][0]["schemes"]["test"].contains("guards"));
  CHECK(!all["history"][2]["schemes"].contains("test"));
}

// Written with each record, a file of many would cost the square of them.
static void many_records_are_written_less_often() {
  const std::string path = folder() / "many.json";
  const auto in_file = [&] { return parsed(path)["history"].size(); };
  const Reported scheme(1, guarded(), path);
  Model model(2);
  size_t least = 1000, writes = 0, last = 0;
  scheme.steps(model, 1, 119);
  for (int64_t step = 120; step <= 200; ++step) {
    scheme.steps(model, step, step);
    const size_t found = in_file(), records = static_cast<size_t>(step - 1);
    CHECK(found <= records && found + records / 64 >= records);
    if (records >= 128) least = std::min(least, records - found);
    writes += std::exchange(last, found) != found;
  }
  CHECK_EQ(least, 0u);
  CHECK(writes < 50);  // 9 before the 128th, then every second and every third record
}

// Whoever reads meanwhile finds a whole file.
static void a_killed_run_leaves_its_last_record() {
  const std::string path = folder() / "killed.json";
  const pid_t child = fork();
  if (child == 0) {
    const Reported scheme(5, guarded(), path);
    Model model(10);
    scheme.steps(model, 1, 23);
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFSIGNALED(status));
  const json found = parsed(path);
  CHECK_EQ(found["history"].size(), 4u);
  CHECK_EQ(found["history"][3]["step"], 20);
  CHECK_EQ(found["step"], 21);
  CHECK_EQ(found["schemes"]["test"]["columns"], 200);
  int64_t others = 0;
  for (const auto &entry : std::filesystem::directory_iterator(folder() / ""))
    others += entry.path().string().find("killed.json.") != std::string::npos;
  CHECK_EQ(others, 0);
}

static void a_scheme_that_comes_back_begins_anew() {
  Reported scheme(2, guarded());
  Model model(10);
  scheme.steps(model, 1, 5);
  CHECK_OK(hyb_scheme_destroy(scheme.handle));
  CHECK_OK(hyb_scheme_create(scheme.domain.handle, "test", HYB_TOP_DOWN, &scheme.handle));
  scheme.steps(model, 6, 9);
  std::vector<int64_t> columns;
  for (const json &record : scheme.history())
    columns.push_back(record["schemes"]["test"]["columns"]);
  CHECK(columns == std::vector<int64_t>({20, 20, 10, 20}));  // the fifth step was never told
  CHECK_EQ(scheme.statistics()["schemes"]["test"]["columns"], 40);
}

static void a_path_may_have_the_first_step() {
  const std::string path = folder() / "from_{step}.json";
  {
    const Reported scheme(0, guarded(), path);
    scheme.step(481);
    CHECK_EQ(parsed(folder() / "from_481.json")["began"], 481);  // before any mistake costs a run
  }
  CHECK(!std::filesystem::exists(folder() / "from_0.json"));
}

static void a_file_that_cannot_be_written_is_told_once_and_the_run_goes_on() {
  Lines lines;
  const hyb_host host = lines.host();
  Domain *const domain = new Domain(
      "report_steps = 1\nstatistics = \"" + (folder() / "no/such/folder.json") + "\"", nullptr,
      &host);
  for (int64_t step = 1; step < 5; ++step)
    CHECK_OK(hyb_domain_step(domain->handle, step, nullptr, 1));
  CHECK_EQ(lines.warnings.size(), 1u);
  CHECK_HAS(lines.warnings.at(0).c_str(), "expected a file that can be written");
  CHECK_REFUSED(hyb_domain_destroy(std::exchange(domain->handle, nullptr)), HYB_ERROR_CONFIG,
                "statistics", "no/such/folder.json");
  delete domain;
}

static void what_is_no_file_is_never_replaced() {
  const std::string pipe = folder() / "pipe";
  CHECK_EQ(mkfifo(pipe.c_str(), 0600), 0);
  Lines lines;
  const hyb_host host = lines.host();
  Domain *const domain = new Domain("statistics = \"" + pipe + "\"", nullptr, &host);
  CHECK_OK(hyb_domain_step(domain->handle, 1, nullptr, 1));
  CHECK(std::filesystem::is_fifo(pipe));
  CHECK_EQ(lines.warnings.size(), 1u);
  CHECK_REFUSED(hyb_domain_destroy(std::exchange(domain->handle, nullptr)), HYB_ERROR_CONFIG,
                "pipe");
  delete domain;
}

static void a_link_stays_one() {
  const std::string target = folder().write("target.json", "old"), link = folder() / "link.json";
  std::filesystem::create_symlink(target, link);
  { const Domain domain("statistics = \"" + link + "\""); }
  CHECK(std::filesystem::is_symlink(link));
  CHECK_EQ(parsed(target)["rank"], 0);
}

// ---- Restart

struct State {
  std::vector<double> shared, columns;

  explicit State(const Reported &from) {
    int64_t nshared = 0, nrow = 0, ncol = 0;
    CHECK_OK(hyb_domain_state_shape(from.domain.handle, &nshared, &nrow, &ncol));
    shared.resize(static_cast<size_t>(nshared));
    columns.resize(static_cast<size_t>(nrow * ncol));
    CHECK_OK(hyb_domain_state_get(from.domain.handle, shared.data(), nshared, columns.data(), nrow,
                                  ncol));
  }
  int32_t give(const Reported &to) const {
    int64_t nshared = 0, nrow = 0, ncol = 0;
    CHECK_OK(hyb_domain_state_shape(to.domain.handle, &nshared, &nrow, &ncol));
    return hyb_domain_state_set(to.domain.handle, shared.data(),
                                static_cast<int64_t>(shared.size()), columns.data(), nrow, ncol);
  }
};

static json without_times(json scheme) {
  scheme.erase("seconds");
  return scheme;
}

static void counters_survive_a_restart() {
  static const hyb_grid grid = {sizeof(hyb_grid), 40, nullptr, nullptr, nullptr, nullptr};
  const std::string table = guarded();
  GuardedModel model(40);
  model.plant(3, 1, 500.0);
  const Reported whole(5, table, "", nullptr, &grid), first(5, table, "", nullptr, &grid),
      second(5, table, "", nullptr, &grid);
  whole.steps(model, 1, 21);
  first.steps(model, 1, 12);
  CHECK_OK(State(first).give(second));
  const double spent = second.statistics()["schemes"]["test"]["seconds"]["infer"];
  CHECK_EQ(spent, first.statistics()["schemes"]["test"]["seconds"]["infer"].get<double>());
  second.steps(model, 13, 21);
  const json expected = whole.statistics(), found = second.statistics();
  CHECK(without_times(found["schemes"]["test"]) == without_times(expected["schemes"]["test"]));
  CHECK(found["schemes"]["test"]["seconds"]["infer"].get<double>() > spent);
  CHECK_EQ(found["restored"], 12);
  CHECK_EQ(found["began"], 13);
}

static std::vector<json> records_of(const json &history) {
  std::vector<json> records;
  for (json record : history) {
    record["schemes"]["test"] = without_times(record["schemes"]["test"]);
    records.push_back(record);
  }
  return records;
}

// Wherever a run is cut, its records are those of one that was not.
static void records_are_the_same_over_restarts() {
  static const hyb_grid grid = {sizeof(hyb_grid), 40, nullptr, nullptr, nullptr, nullptr};
  const std::string table = guarded() + "audit = { steps = 1.0 }\n";
  GuardedModel model(40);
  model.plant(3, 1, 500.0);
  const Reported whole(5, table, "", nullptr, &grid);
  whole.steps(model, 1, 21);
  const std::vector<json> expected = records_of(whole.history());
  CHECK_EQ(expected.size(), 4u);
  for (const int64_t cut : {1, 4, 5, 6, 12, 20}) {
    const Reported first(5, table, "", nullptr, &grid), second(5, table, "", nullptr, &grid);
    first.steps(model, 1, cut);
    CHECK_OK(State(first).give(second));
    second.steps(model, cut + 1, 21);
    std::vector<json> found = records_of(first.history());
    for (const json &record : records_of(second.history())) found.push_back(record);
    CHECK_EQ(found.size(), expected.size());
    for (size_t i = 0; i < std::min(found.size(), expected.size()); ++i) {
      const double error = expected[i]["schemes"]["test"]["audit"]["score"]["error"];
      json &audit = found[i]["schemes"]["test"]["audit"];
      CHECK(std::fabs(audit["score"]["error"].get<double>() - error) < 1e-9 * error);  // rounding
      audit["score"] = expected[i]["schemes"]["test"]["audit"]["score"];
      CHECK(found[i] == expected[i]);
    }
  }
}

// The usual case: records and jobs of a month each.
static void jobs_as_long_as_a_record_have_one_each() {
  Model model(4);
  std::unique_ptr<State> restart;
  for (int64_t job = 0; job < 3; ++job) {
    const std::string path = folder() / ("job_" + std::to_string(job) + ".json");
    {
      const Reported scheme(6, guarded(), path);
      if (restart) CHECK_OK(restart->give(scheme));
      scheme.steps(model, 6 * job + 1, 6 * job + 6);
      restart = std::make_unique<State>(scheme);
    }
    const json history = parsed(path)["history"];
    CHECK_EQ(history.size(), 1u);
    CHECK_EQ(history[0]["step"], 6 * (job + 1));
    CHECK_EQ(history[0]["steps"], 6);
    CHECK_EQ(history[0]["elapsed"], 600.0 * 6 * static_cast<double>(job + 1));
    CHECK_EQ(history[0]["schemes"]["test"]["columns"], 24);
  }
}

static void the_rest_of_a_run_is_a_record_at_its_end() {
  const std::string path = folder() / "rest.json";
  Model model(4);
  {
    const Reported scheme(5, guarded(), path);
    scheme.steps(model, 1, 8);
  }
  const json all = parsed(path), history = all["history"];
  CHECK_EQ(history.size(), 2u);
  CHECK_EQ(history[1]["step"], 8);
  CHECK_EQ(history[1]["steps"], 3);
  CHECK_EQ(history[1]["schemes"]["test"]["columns"], 12);
  CHECK(history[1]["schemes"]["test"].contains("guards"));
  CHECK_EQ(all["schemes"]["test"]["columns"], 32);
}

// What was saved belongs to the run that goes on; what came after is in no restart.
static void a_rest_that_was_saved_is_no_record_here() {
  const std::string path = folder() / "saved.json";
  Model model(4);
  for (const int64_t last : {8, 9}) {
    {
      const Reported scheme(5, guarded(), path);
      scheme.steps(model, 1, 8);
      const State taken(scheme);
      scheme.steps(model, 9, last);
    }
    const json history = parsed(path)["history"];
    CHECK_EQ(history.size(), last == 8 ? 1u : 2u);
    if (last == 9) CHECK_EQ(history[1]["steps"], 4);
  }
}

// A host that stops without a word.
static void a_run_that_exits_has_its_last_record() {
  const std::string path = folder() / "exits.json";
  const pid_t child = fork();
  if (child == 0) {
    execl("/proc/self/exe", "test_report", path.c_str(), static_cast<char *>(nullptr));
    _exit(1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  const json history = parsed(path)["history"];
  CHECK_EQ(history.size(), 2u);
  CHECK_EQ(history[1]["steps"], 2);
  CHECK_EQ(history[1]["schemes"]["test"]["columns"], 8);
}

static void exit_within_a_run(const std::string &path) {
  static const Reported *const scheme = new Reported(5, guarded(), path);
  Model model(4);
  scheme->steps(model, 1, 7);
  std::exit(0);
}

static void going_back_leaves_no_record_twice() {
  const Reported scheme(5, guarded());
  Model model(4);
  scheme.steps(model, 1, 7);
  const State early(scheme);
  scheme.steps(model, 8, 16);
  CHECK_OK(early.give(scheme));
  scheme.steps(model, 8, 16);
  std::vector<int64_t> found;
  for (const json &record : scheme.history()) {
    found.push_back(record["step"]);
    CHECK_EQ(record["schemes"]["test"]["columns"], 20);
  }
  CHECK(found == std::vector<int64_t>({5, 10, 15}));
}

// Other periods, or none, are no other configuration.
static void the_period_may_change_at_a_restart() {
  Model model(4);
  const Reported none(0, guarded()), five(5, guarded()), four(4, guarded());
  five.steps(model, 1, 7);
  CHECK_OK(State(five).give(four));
  four.steps(model, 8, 9);
  CHECK_EQ(four.history().size(), 1u);
  CHECK_EQ(four.history()[0]["step"], 8);
  CHECK_EQ(four.history()[0]["steps"], 3);
  CHECK_OK(State(four).give(none));
  none.steps(model, 10, 12);
  CHECK_EQ(none.history().size(), 0u);
  const Reported again(5, guarded());
  CHECK_OK(State(none).give(again));
  again.steps(model, 13, 16);
  CHECK_EQ(again.history()[0]["steps"], 3);
  CHECK_EQ(again.history()[0]["schemes"]["test"]["columns"], 12);
}

static void nothing_is_saved_while_a_call_is_open() {
  const Reported scheme(5, guarded());
  scheme.step(1);
  hyb_call call{};
  CHECK_OK(hyb_call_open(scheme.handle, 2, 3, &call));
  int64_t nshared = 0, nrow = 0, ncol = 0;
  CHECK_REFUSED(hyb_domain_save(scheme.domain.handle, (folder() / "open.nc").c_str()),
                HYB_ERROR_PHASE, "scheme 'test': expected every call closed, found 1 open",
                "begins at column 3");
  CHECK_REFUSED(hyb_domain_state_shape(scheme.domain.handle, &nshared, &nrow, &ncol),
                HYB_ERROR_PHASE, "1 open");
  CHECK(hyb_domain_step(scheme.domain.handle, 2, nullptr, 600.0) == HYB_ERROR_PHASE);
  CHECK_OK(hyb_domain_state_shape(scheme.domain.handle, &nshared, &nrow, &ncol));
}

static void a_restart_of_other_guards_changes_no_counter() {
  static const hyb_grid grid = {sizeof(hyb_grid), 40, nullptr, nullptr, nullptr, nullptr};
  Model model(40);
  const Reported one(5, emulate(write_emulator(ranged_card())), "", nullptr, &grid),
      other(5, guarded(), "", nullptr, &grid);
  one.steps(model, 1, 3);
  other.steps(model, 1, 2);
  const json before = other.statistics()["schemes"]["test"];
  const int32_t status = State(one).give(other);
  CHECK_REFUSED(status, HYB_ERROR_STATE,
                "state: scheme 'test': guards: expected training_range margin 0.25 as this run has");
  CHECK(other.statistics()["schemes"]["test"] == before);
}

static void the_key_is_checked() {
  hyb_domain *domain = nullptr;
  const auto create = [&](const char *text) {
    return hyb_domain_create_text(text, nullptr, nullptr, &domain);
  };
  CHECK_REFUSED(create("[domain]\nreport_steps = -1"), HYB_ERROR_CONFIG, "report_steps");
  CHECK_REFUSED(create("[domain]\nreport_steps = \"day\""), HYB_ERROR_CONFIG, "report_steps");
  CHECK_REFUSED(create("[domain]\nreport_step = 1"), HYB_ERROR_CONFIG, "report_steps");
}

// At the start, not after a run. (The storage of these tests writes recordings only.)
static void netcdf_needs_a_plugin_that_writes_it() {
  hyb_domain *domain = nullptr;
  const std::string text =
      "[domain]\nstatistics = \"s.nc\"\nplugins = \"" + plugin_folder() + "\"";
  CHECK_REFUSED(hyb_domain_create_text(text.c_str(), nullptr, nullptr, &domain), HYB_ERROR_PLUGIN,
                "netcdf", "save_table");
  CHECK(domain == nullptr);
}

int main(int argc, char **argv) {
  if (argc > 1) exit_within_a_run(argv[1]);
  a_killed_run_leaves_its_last_record();  // first: the child inherits what there is
  records_come_at_multiples_and_add_up_to_the_total();
  any_numbering_of_steps_has_records();
  no_records_without_the_key();
  a_line_is_logged_for_each();
  audits_are_in_the_records();
  sizes_of_batches_are_counted();
  blocks_that_go_together_are_one_batch();
  many_records_become_fewer_and_lose_nothing();
  many_records_are_written_less_often();
  a_scheme_that_is_gone_leaves_all_its_statistics();
  a_scheme_that_comes_back_begins_anew();
  a_path_may_have_the_first_step();
  a_file_that_cannot_be_written_is_told_once_and_the_run_goes_on();
  what_is_no_file_is_never_replaced();
  a_link_stays_one();
  counters_survive_a_restart();
  records_are_the_same_over_restarts();
  jobs_as_long_as_a_record_have_one_each();
  the_rest_of_a_run_is_a_record_at_its_end();
  a_rest_that_was_saved_is_no_record_here();
  a_run_that_exits_has_its_last_record();
  going_back_leaves_no_record_twice();
  the_period_may_change_at_a_restart();
  nothing_is_saved_while_a_call_is_open();
  a_restart_of_other_guards_changes_no_counter();
  the_key_is_checked();
  netcdf_needs_a_plugin_that_writes_it();
  return check_failures();
}
