// SPDX-License-Identifier: BSD-3-Clause
// What the test storage holds of a recording, read through its own table.
#pragma once

#include <map>

#include "fixture.hpp"
#include "hybrid_plugin.h"

class Recording {
 public:
  explicit Recording(const std::string &path) {
    hyb_message message{};
    if (storage().open(path.c_str(), &file_, &message) != HYB_OK) return;
    storage().contents(file_, &count_, &step_, &column_, &nvariable_, &variable_, &message);
  }

  bool exists() const { return file_ != nullptr; }
  int64_t count() const { return count_; }
  int64_t step(int64_t sample) const { return step_[sample]; }
  int64_t column(int64_t sample) const { return column_[sample]; }
  int32_t nvariable() const { return nvariable_; }

  // Of "native/rainfall_flux"; null if there is none.
  const hyb_variable *variable(const std::string &path) const {
    const int32_t at = find(path);
    return at < 0 ? nullptr : variable_ + at;
  }

  // Sample slowest, then level, then species.
  template <class T>
  std::vector<T> values(const std::string &path) const {
    const int32_t at = find(path);
    CHECK(at >= 0);
    if (at < 0) return {};
    const hyb_variable &found = variable_[at];
    const int64_t row = (found.nlevel ? found.nlevel : 1) * (found.nspecies ? found.nspecies : 1);
    std::vector<T> data(static_cast<size_t>(row * count_));
    hyb_message message{};
    storage().read(file_, at, 0, count_, data.data(), &message);
    return data;
  }

  // How often each (step, column) was recorded.
  std::map<std::pair<int64_t, int64_t>, int> samples() const {
    std::map<std::pair<int64_t, int64_t>, int> found;
    for (int64_t i = 0; i < count_; ++i) ++found[{step_[i], column_[i]}];
    return found;
  }

 private:
  static const hyb_storage &storage() {
    static const hyb_storage *const table = [] {
      void *library = dlopen((plugin_folder() + "/libhybrid_netcdf.so").c_str(), RTLD_NOW);
      const auto plugin = reinterpret_cast<hyb_plugin_function>(dlsym(library, "hyb_plugin"));
      return reinterpret_cast<const hyb_storage *>(plugin());
    }();
    return *table;
  }
  int32_t find(const std::string &path) const {
    for (int32_t i = 0; i < nvariable_; ++i)
      if (path == std::string(variable_[i].group) + "/" + variable_[i].name) return i;
    return -1;
  }

  void *file_ = nullptr;
  int64_t count_ = 0;
  const int64_t *step_ = nullptr, *column_ = nullptr;
  int32_t nvariable_ = 0;
  const hyb_variable *variable_ = nullptr;
};

inline const char *const model_units =
    "field.air_temperature = { unit = \"K\", role = \"increment\" }\n"
    "field.surface_air_pressure.unit = \"Pa\"\n"
    "field.heating_rate.unit = \"K s-1\"\n"
    "field.rainfall_flux.unit = \"kg m-2 s-1\"\n";

inline std::string record(const std::string &name, const std::string &keys = "") {
  return std::string("mode = \"record\"\n") + model_units + "[scheme.test.record]\npath = \"" +
         folder() / name + "\"\nreplace = true\n" + keys;
}
inline std::string replay(const std::string &name, const std::string &keys = "") {
  return std::string("mode = \"replay\"\n") + model_units + "[scheme.test.replay]\npath = \"" +
         folder() / name + "\"\n" + keys;
}
