// SPDX-License-Identifier: BSD-3-Clause
// What the tests of the core share: a folder, emulator files, handles that close themselves, views,
// and a little host whose emulated results are known exactly.
#pragma once

#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "check.h"
#include "hybrid.h"
#include "plugins/network.hpp"

// ---- Text -------------------------------------------------------------------------------------

inline std::string replaced(std::string text, const std::string &from, const std::string &to) {
  const size_t at = text.find(from);
  CHECK(at != std::string::npos);
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

// The status, and a last message with each of the words.
inline void check_refused(int32_t status, int32_t wanted, std::initializer_list<const char *> words,
                          int line) {
  const bool right = status == wanted;
  if (!right) {
    ++check_failed_count;
    std::fprintf(stderr, "line %d: status %d, not %d: %s\n", line, status, wanted,
                 hyb_last_error());
  }
  for (const char *word : words)
    if (right && !std::strstr(hyb_last_error(), word)) {
      ++check_failed_count;
      std::fprintf(stderr, "line %d: no '%s' in: %s\n", line, word, hyb_last_error());
    }
}
#define CHECK_REFUSED(status, wanted, ...) check_refused(status, wanted, {__VA_ARGS__}, __LINE__)

inline void check_ok(int32_t status, const char *file, int line) {
  if (status == HYB_OK) return;
  check_report(file, line, "HYB_OK");
  std::fprintf(stderr, "  status %d: %s\n", status, hyb_last_error());
}
#define CHECK_OK(status) check_ok(status, __FILE__, __LINE__)

// ---- Files ------------------------------------------------------------------------------------

// A folder of its own, removed at the end.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "hybrid-core-XXXXXX").string();
    CHECK(mkdtemp(name.data()));
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    if (getpid() == owner_) std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string &name) const { return path_ + "/" + name; }

  std::string write(const std::string &name, const std::string &text) const {
    std::ofstream(*this / name, std::ios::binary) << text;
    return *this / name;
  }

 private:
  std::string path_;
  pid_t owner_ = getpid();  // a child that exits leaves it alone
};

inline const Folder &folder() {
  static const Folder one;
  return one;
}

inline std::string plugin_folder() {
  const char *path = std::getenv("HYB_TEST_PLUGINS");
  return path ? path : "";
}

inline PluginCounts plugin_counts(const char *name) {
  void *library = dlopen((plugin_folder() + "/libhybrid_" + name + ".so").c_str(), RTLD_NOW);
  const auto counts = reinterpret_cast<PluginCounts (*)()>(dlsym(library, "test_counts"));
  const PluginCounts now = counts();
  dlclose(library);
  return now;
}

// Temperature on three levels and pressure give heating on three levels and rain.
inline const std::string column_card = R"({
  "format": "pyhybrid card", "version": 1, "name": "test", "sample": "column", "kind": "real32",
  "inputs": [
    {"name": "air_temperature", "unit": "K", "role": "state", "kind": "real",
     "dims": ["column", "level"], "levels": 3},
    {"name": "surface_air_pressure", "unit": "Pa", "role": "state", "kind": "real",
     "dims": ["column"]}],
  "outputs": [
    {"name": "heating_rate", "unit": "K s-1", "role": "tendency", "kind": "real",
     "dims": ["column", "level"], "levels": 3},
    {"name": "rainfall_flux", "unit": "kg m-2 s-1", "role": "state", "kind": "real",
     "dims": ["column"]}]
})";

inline std::string write_emulator(const std::string &card, const std::string &switches = "") {
  static int count = 0;
  const std::string head = switches.empty() ? "" : "# " + switches + "\n";
  return folder().write("emulator" + std::to_string(++count) + ".pt", head + card);
}

// ---- Handles ----------------------------------------------------------------------------------

struct Domain {
  hyb_domain *handle = nullptr;
  explicit Domain(const std::string &toml, const hyb_grid *grid = nullptr,
                  const hyb_host *host = nullptr) {
    const std::string text = "[domain]\nplugins = \"" + plugin_folder() + "\"\n" + toml;
    CHECK_OK(hyb_domain_create_text(text.c_str(), grid, host, &handle));
  }
  ~Domain() { CHECK_OK(hyb_domain_destroy(handle)); }
  Domain(const Domain &) = delete;
  Domain &operator=(const Domain &) = delete;
};

// A domain with the one scheme "test".
struct Scheme {
  Domain domain;
  hyb_scheme *handle = nullptr;
  explicit Scheme(const std::string &table, int32_t orientation = HYB_TOP_DOWN,
                  const hyb_grid *grid = nullptr, const hyb_host *host = nullptr)
      : domain("[scheme.test]\n" + table, grid, host) {
    CHECK_OK(hyb_scheme_create(domain.handle, "test", orientation, &handle));
  }
  ~Scheme() { CHECK_OK(hyb_scheme_destroy(handle)); }

  void step(int64_t number, const char *date = nullptr) const {
    CHECK_OK(hyb_domain_step(domain.handle, number, date, 600.0));
  }
  int32_t declare(const char *name, const char *unit, int32_t role, const char *dims) const {
    const hyb_field field = {sizeof(hyb_field), name, unit, dims, role};
    return hyb_scheme_field(handle, &field);
  }
};

// A call that is opened here; closed by whoever tests that.
struct Call {
  hyb_call handle{};
  Call(const Scheme &scheme, int64_t ncol, int64_t first = 1) {
    CHECK_OK(hyb_call_open(scheme.handle, ncol, first, &handle));
  }
  int32_t put(const char *name, const hyb_view &view) const {
    return hyb_call_put(&handle, name, &view);
  }
  int32_t get(const char *name, const hyb_view &view) const {
    return hyb_call_get(&handle, name, &view);
  }
  int32_t run() const { return hyb_call_run(&handle); }
  int32_t close() const { return hyb_call_close(&handle); }
  bool native_wanted() const {
    int32_t wanted = -1;
    CHECK_OK(hyb_call_native_wanted(&handle, &wanted));
    return wanted == 1;
  }
};

inline std::string emulate(const std::string &emulator) {
  return "mode = \"emulate\"\nemulator = \"" + emulator + "\"\n";
}
inline std::string shadow(const std::string &emulator) {
  return "mode = \"shadow\"\nemulator = \"" + emulator + "\"\n";
}

// ---- Views ------------------------------------------------------------------------------------

// Contiguous, first extent fastest.
template <class T>
hyb_view view_of(const T *data, std::initializer_list<int64_t> extent) {
  hyb_view view{};
  view.size = sizeof view;
  view.data = const_cast<std::remove_const_t<T> *>(data);
  view.kind = std::is_same_v<T, double>  ? HYB_REAL64
              : std::is_same_v<T, float> ? HYB_REAL32
                                         : HYB_INT32;
  view.truth = 1;
  int64_t stride = sizeof(T);
  for (const int64_t n : extent) {
    view.extent[view.rank] = n;
    view.stride[view.rank++] = stride;
    stride *= n;
  }
  return view;
}
template <class T>
hyb_view view_of(const std::vector<T> &data, std::initializer_list<int64_t> extent) {
  return view_of(data.data(), extent);
}

inline hyb_view logical(hyb_view view, int32_t truth = 1) {
  view.kind = HYB_LOGICAL32;
  view.truth = truth;
  return view;
}

inline hyb_view with_axes(hyb_view view, const char *dims) {
  CHECK_OK(hyb_axes(dims, view.axes));
  return view;
}

// The same array with one axis backwards.
inline hyb_view reversed(hyb_view view, int32_t axis) {
  view.data = static_cast<char *>(view.data) + (view.extent[axis] - 1) * view.stride[axis];
  view.stride[axis] = -view.stride[axis];
  return view;
}
