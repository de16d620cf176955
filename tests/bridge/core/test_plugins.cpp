// SPDX-License-Identifier: BSD-3-Clause
// Plug-ins that are absent, of another version, or broken.
#include "fixture.hpp"

// A folder in which the plug-in for .pt files is the broken one of that kind.
static std::string folder_with(const char *kind) {
  const std::string path = folder() / kind;
  std::filesystem::create_directory(path);
  std::filesystem::create_symlink(plugin_folder() + "/libbroken_" + kind + ".so",
                                  path + "/libhybrid_torch.so");
  return path;
}

static void refuses(const std::string &plugins, std::initializer_list<const char *> words,
                    int line) {
  const std::string toml = "[domain]\nplugins = \"" + plugins + "\"\n[scheme.test]\n" +
                           emulate(write_emulator(column_card));
  hyb_domain *domain = nullptr;
  hyb_scheme *scheme = nullptr;
  CHECK_OK(hyb_domain_create_text(toml.c_str(), nullptr, nullptr, &domain));
  check_refused(hyb_scheme_create(domain, "test", HYB_TOP_DOWN, &scheme), HYB_ERROR_PLUGIN, words,
                line);
  CHECK(!scheme);
  CHECK_OK(hyb_domain_destroy(domain));
}
#define REFUSES(plugins, ...) refuses(plugins, {__VA_ARGS__}, __LINE__)

static void broken_plugins_are_refused() {
  REFUSES(folder_with("wrong_version"), "libhybrid_torch.so: plug-in version",
          "expected 2", "found 3");
  REFUSES(folder_with("too_small"), "size of its table", "expected", "or more", "found");
  REFUSES(folder_with("no_symbol"), "expected a function hyb_plugin", "found none");
  REFUSES(folder_with("wrong_type"), "type", "expected 1", "found 2");
  REFUSES(folder_with("null_table"), "expected a table of functions", "found null");
}

static void a_file_that_is_no_library_is_refused() {
  const std::string path = folder() / "text";
  std::filesystem::create_directory(path);
  std::ofstream(path + "/libhybrid_torch.so") << "no library";
  REFUSES(path, "expected a loadable plug-in", "found");
}

static void the_folders_of_the_configuration_come_first() {
  setenv("HYBRID_PLUGIN_PATH", plugin_folder().c_str(), 1);
  REFUSES(folder() / "wrong_version" + ":" + plugin_folder(), "plug-in version");
  unsetenv("HYBRID_PLUGIN_PATH");
}

static void the_environment_names_folders_too() {
  setenv("HYBRID_PLUGIN_PATH", ("/no/such/folder::" + plugin_folder()).c_str(), 1);
  hyb_emulator *emulator = nullptr;
  CHECK_OK(hyb_emulator_open(write_emulator(column_card).c_str(), nullptr, &emulator));
  CHECK_OK(hyb_emulator_close(emulator));
  unsetenv("HYBRID_PLUGIN_PATH");
}

// For a name that no build of the library has beside it.
static void an_absent_plugin_is_reported_with_the_folders() {
  hyb_emulator *emulator = nullptr;
  std::filesystem::create_directory(folder() / "empty");
  setenv("HYBRID_PLUGIN_PATH", (folder() / "empty").c_str(), 1);
  const int32_t status =
      hyb_emulator_open(folder().write("e.pt", column_card).c_str(), nullptr, &emulator);
  if (status == HYB_ERROR_PLUGIN)
    CHECK_REFUSED(status, HYB_ERROR_PLUGIN, "libhybrid_torch.so", "expected a file", "/empty",
                  "found none");
  CHECK(status != HYB_OK && !emulator);
  unsetenv("HYBRID_PLUGIN_PATH");
}

static void a_backend_that_fails_is_reported_and_closed() {
  const auto refuses_emulator = [](const char *switches, int32_t status,
                                   std::initializer_list<const char *> words, int line) {
    const Domain domain("[scheme.test]\n" + emulate(write_emulator(column_card, switches)));
    const PluginCounts before = plugin_counts("torch");
    hyb_scheme *scheme = nullptr;
    check_refused(hyb_scheme_create(domain.handle, "test", HYB_TOP_DOWN, &scheme), status, words,
                  line);
    CHECK(!scheme);
    const PluginCounts after = plugin_counts("torch");
    CHECK_EQ(after.opened - before.opened, 1);
    return after.closed - before.closed;
  };
  CHECK_EQ(refuses_emulator("fail-open", HYB_ERROR_FILE, {"expected a network", "found"}, __LINE__),
           0);
  CHECK_EQ(refuses_emulator("fail-prepare", HYB_ERROR_BACKEND, {"expected a warm-up"}, __LINE__),
           1);
  CHECK_EQ(refuses_emulator("no-card", HYB_ERROR_CARD, {"expected JSON", "nothing"}, __LINE__), 1);
}

int main() {
  unsetenv("HYBRID_PLUGIN_PATH");
  broken_plugins_are_refused();
  a_file_that_is_no_library_is_refused();
  the_folders_of_the_configuration_come_first();
  the_environment_names_folders_too();
  an_absent_plugin_is_reported_with_the_folders();
  a_backend_that_fails_is_reported_and_closed();
  return check_failures();
}
