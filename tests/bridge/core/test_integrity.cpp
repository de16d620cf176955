// SPDX-License-Identifier: BSD-3-Clause
// A configuration that names the SHA-256 of its emulator loads that file and no other.
#include <sys/stat.h>

#include <sstream>

#include "fixture.hpp"

static std::string sum_of(const std::string &path) {
  const std::string list = folder() / "sums";
  CHECK_EQ(std::system(("sha256sum < '" + path + "' > '" + list + "'").c_str()), 0);
  std::string sum;
  std::ifstream(list) >> sum;
  return sum;
}

static std::string with_sum(const std::string &sum) { return "sha256 = \"" + sum + "\"\n"; }

static int32_t open(const std::string &path, const std::string &options) {
  hyb_emulator *emulator = nullptr;
  const int32_t status = hyb_emulator_open(path.c_str(), options.c_str(), &emulator);
  CHECK_EQ(emulator != nullptr, status == HYB_OK);
  if (emulator) CHECK_OK(hyb_emulator_close(emulator));
  return status;
}

static void the_file_that_is_named_is_loaded() {
  const std::string path = write_emulator(column_card);
  CHECK_OK(open(path, with_sum(sum_of(path))));
  std::string capitals = sum_of(path);
  for (char &digit : capitals) digit = static_cast<char>(std::toupper(digit));
  CHECK_OK(open(path, with_sum(capitals)));
}

static void another_is_refused_before_it_is_opened() {
  const std::string path = write_emulator(column_card);
  const std::string wanted = sum_of(path);
  std::ofstream(path, std::ios::app) << " ";
  const int64_t opened = plugin_counts("torch").opened;
  CHECK_REFUSED(open(path, with_sum(wanted)), HYB_ERROR_FILE, path.c_str(), "SHA-256",
                ("expected " + wanted).c_str(), ("found " + sum_of(path)).c_str());
  CHECK_EQ(plugin_counts("torch").opened, opened);
}

// Nor is a plug-in loaded for it: there is none for this suffix beside the test.
static void not_even_a_plugin_is_loaded() {
  const std::string path = folder().write("x.safetensors", "x");
  CHECK_REFUSED(open(path, with_sum(std::string(64, '0'))), HYB_ERROR_FILE, "SHA-256");
  CHECK_REFUSED(open(path, with_sum(sum_of(path))), HYB_ERROR_PLUGIN, "plug-in");
}

// The plug-in overwrites the file while it is opened, and tries that with what it is to read.
static void what_was_compared_is_what_is_loaded() {
  const std::string safe = write_emulator(column_card, "tamper");
  const std::string text = with_sum(sum_of(safe));
  CHECK_OK(open(safe, text));
  CHECK_REFUSED(open(safe, text), HYB_ERROR_FILE, "SHA-256");  // it was overwritten
  CHECK_REFUSED(open(write_emulator(column_card, "tamper"), ""), HYB_ERROR_CARD, "JSON");
}

static void unusable_files_are_told() {
  const std::string sum = with_sum(std::string(64, '0'));
  CHECK_REFUSED(open(folder() / "none.pt", sum), HYB_ERROR_FILE, "expected a file", "none");
  CHECK_REFUSED(open(folder() / "", sum + "backend = \"null\""), HYB_ERROR_FILE, "a file");
  const std::string large = folder().write("sparse.pt", "");
  std::filesystem::resize_file(large, (uint64_t{1} << 32) + 1);
  CHECK_REFUSED(open(large, sum), HYB_ERROR_FILE, "at most 4294967296 bytes", "4294967297");
  if (geteuid() == 0) return;  // who may read everything
  const std::string closed = write_emulator(column_card);
  chmod(closed.c_str(), 0);
  CHECK_REFUSED(open(closed, sum), HYB_ERROR_FILE, "a readable file");
}

static void failures_leave_nothing_open() {
  const auto open_files = [] {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return std::distance(begin(all), end(all));
  };
  const std::string path = write_emulator(column_card), sum = with_sum(sum_of(path));
  const auto before = open_files();
  for (int i = 0; i < 10; ++i) {
    CHECK_OK(open(path, sum));
    CHECK_REFUSED(open(path, with_sum(std::string(64, '0'))), HYB_ERROR_FILE, "SHA-256");
    CHECK_REFUSED(open(write_emulator("{}"), with_sum(sum_of(write_emulator("{}")))),
                  HYB_ERROR_CARD, "card");
  }
  CHECK_EQ(open_files(), before);
}

static std::string statistics_of(const std::string &table) {
  const std::string path = folder() / "statistics.json";
  {
    const std::string toml = "statistics = \"" + path + "\"\n[scheme.test]\n" + table;
    Domain domain(toml);
    hyb_scheme *scheme = nullptr;
    CHECK_OK(hyb_scheme_create(domain.handle, "test", HYB_TOP_DOWN, &scheme));
    CHECK_OK(hyb_domain_step(domain.handle, 1, nullptr, 600.0));
    CHECK_OK(hyb_scheme_destroy(scheme));
  }
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

static void statistics_tell_which_file_ran() {
  const std::string path = write_emulator(column_card), sum = sum_of(path);
  for (const std::string &asked : {std::string(), with_sum(sum)}) {
    const std::string told = statistics_of(emulate(path) + asked);
    CHECK(told.find("\"sha256\": \"" + sum + "\"") != std::string::npos);
    CHECK(told.find("\"file\": \"" + path + "\"") != std::string::npos);
  }
}

static void where_all_need_one_those_with_one_run() {
  const std::string path = write_emulator(column_card);
  const std::string domain = "require_sha256 = true\n[scheme.test]\n";
  const Domain native(domain + "emulator = \"" + path + "\"\n");  // nothing of it is loaded
  const Domain pinned(domain + emulate(path) + with_sum(sum_of(path)));
  hyb_scheme *scheme = nullptr;
  CHECK_OK(hyb_scheme_create(pinned.handle, "test", HYB_TOP_DOWN, &scheme));
  CHECK_OK(hyb_scheme_destroy(scheme));
}

int main() {
  the_file_that_is_named_is_loaded();
  another_is_refused_before_it_is_opened();
  not_even_a_plugin_is_loaded();
  what_was_compared_is_what_is_loaded();
  unusable_files_are_told();
  failures_leave_nothing_open();
  statistics_tell_which_file_ran();
  where_all_need_one_those_with_one_run();
  return check_failures();
}
