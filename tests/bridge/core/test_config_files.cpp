// SPDX-License-Identifier: BSD-3-Clause
// Configuration files, and the files that a configuration names.
#include <unistd.h>

#include "fixture.hpp"

static int32_t create(const std::string &path, hyb_domain *&domain) {
  return hyb_domain_create(path.c_str(), nullptr, nullptr, &domain);
}

static void refuses(const std::string &path, std::initializer_list<const char *> words, int line) {
  hyb_domain *domain = nullptr;
  check_refused(create(path, domain), HYB_ERROR_CONFIG, words, line);
  CHECK(!domain);
}
#define REFUSES(path, ...) refuses(path, {__VA_ARGS__}, __LINE__)

static void accepts(const std::string &text) {
  hyb_domain *domain = nullptr;
  CHECK_OK(create(folder().write("hybrid.toml", text), domain));
  CHECK_OK(hyb_domain_destroy(domain));
}

static void files_that_are_accepted() {
  accepts("");
  accepts("# nothing but a comment");
  accepts("\xef\xbb\xbf[domain]\r\nlog = \"\"\r\n");
  accepts("[scheme.radiation]\nmode = \"native\"\n");
}

static void files_that_are_refused() {
  REFUSES(folder() / "absent.toml", "absent.toml", "expected a file", "found none");
  REFUSES("", "expected a file", "found none");
  REFUSES("/tmp", "expected a file", "found none");
  REFUSES(folder().write("a.toml", "[domain]\nlog ="), "a.toml", "line 2", "expected TOML");
  REFUSES(folder().write("b.toml", "[domain]\nlug = 1"), "b.toml", "line 2", "'lug'", "'log'");
  REFUSES(folder().write("c.toml", std::string(1000, '\0')), "c.toml", "expected TOML");
}

// Taken for an empty one it would silently make every scheme native.
static void a_file_without_permission_is_refused() {
  const std::string path = folder().write("secret.toml", "[scheme.a]\nmode = \"native\"");
  std::filesystem::permissions(path, std::filesystem::perms::none);
  std::filesystem::permissions(std::filesystem::path(path).parent_path(),
                               std::filesystem::perms::all);
  const bool root = geteuid() == 0;
  if (root) CHECK_EQ(seteuid(65534), 0);
  REFUSES(path, "secret.toml", "expected a readable file", "found one that cannot be read");
  if (root) CHECK_EQ(seteuid(0), 0);
}

static void a_log_that_cannot_be_written_is_refused() {
  REFUSES(folder().write("d.toml", "[domain]\nlog = \"/no/such/folder/log\""),
          "/no/such/folder/log", "expected a file that can be written", "found");
}

// The run is over by then: a status, and the domain is gone all the same.
static void statistics_that_cannot_be_written_are_reported() {
  hyb_domain *domain = nullptr;
  CHECK_OK(hyb_domain_create_text("[domain]\nstatistics = \"/no/such/folder/x.json\"", nullptr,
                                  nullptr, &domain));
  CHECK_REFUSED(hyb_domain_destroy(domain), HYB_ERROR_CONFIG, "x.json", "expected", "found");
}

static void what_a_scheme_names_is_checked_when_it_is_created() {
  const auto refuses_scheme = [](const std::string &table, int32_t status,
                                 std::initializer_list<const char *> words, int line) {
    const Domain domain("[scheme.test]\n" + table);
    hyb_scheme *scheme = nullptr;
    check_refused(hyb_scheme_create(domain.handle, "test", HYB_TOP_DOWN, &scheme), status, words,
                  line);
    CHECK(!scheme);
  };
  const std::string good = emulate(write_emulator(column_card));
  refuses_scheme(emulate("absent.pt"), HYB_ERROR_FILE, {"absent.pt", "expected a file", "none"},
                 __LINE__);
  refuses_scheme(emulate("/tmp/x.h5"), HYB_ERROR_CONFIG, {"suffix", "expected", "found '.h5'"},
                 __LINE__);
  refuses_scheme(good + "backend = \"torchscrip\"", HYB_ERROR_CONFIG,
                 {"unknown backend 'torchscrip'", "did you mean 'torchscript'"}, __LINE__);
  refuses_scheme(good + "unused = [\"rain\"]", HYB_ERROR_CONFIG,
                 {"unused", "expected outputs of the card", "found 'rain'"}, __LINE__);
  refuses_scheme("mode = \"record\"\nfield.t.role = \"states\"", HYB_ERROR_CONFIG,
                 {"unknown role 'states'", "did you mean 'state'"}, __LINE__);
  refuses_scheme("mode = \"record\"\nfield.t.dims = \"column levels\"", HYB_ERROR_SHAPE,
                 {"unknown axis 'levels'", "did you mean 'level'"}, __LINE__);
  refuses_scheme("mode = \"replay\"\nreplay.path = \"/no/such/*.nc\"", HYB_ERROR_RECORD,
                 {"/no/such/*.nc", "expected the files of a recording", "found none"}, __LINE__);
}

int main() {
  files_that_are_accepted();
  files_that_are_refused();
  a_file_without_permission_is_refused();
  a_log_that_cannot_be_written_is_refused();
  statistics_that_cannot_be_written_are_reported();
  what_a_scheme_names_is_checked_when_it_is_created();
  return check_failures();
}
