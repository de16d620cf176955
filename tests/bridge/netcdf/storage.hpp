// SPDX-License-Identifier: BSD-3-Clause
// What the tests of the NetCDF plug-in share: its table, and a recording whose every value is
// known from step, column, level and species.
#pragma once

#include <dlfcn.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "check.h"
#include "hybrid_plugin.h"

// Without it the rest of the test makes no sense.
#define REQUIRE(condition) \
  do { \
    if (!(condition)) { \
      check_report(__FILE__, __LINE__, #condition); \
      std::exit(1); \
    } \
  } while (0)

inline const hyb_storage &storage() {
  static const hyb_storage *const table = [] {
    const char *path = std::getenv("HYBRID_NETCDF");
    REQUIRE(path);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    REQUIRE(library);
    const auto plugin = reinterpret_cast<hyb_plugin_function>(dlsym(library, "hyb_plugin"));
    return reinterpret_cast<const hyb_storage *>(plugin());
  }();
  return *table;
}

// An empty folder of its own for each test, removed at the end.
class Folder {
 public:
  explicit Folder(const std::string &where = std::filesystem::temp_directory_path()) {
    std::string name = where + "/hybrid-netcdf-XXXXXX";
    REQUIRE(mkdtemp(name.data()));
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string &name) const { return path_ + "/" + name; }
  const std::string &path() const { return path_; }

 private:
  std::string path_;
};

constexpr int64_t nlevel = 10, nspecies = 3;

inline const std::vector<hyb_variable> &variables() {
  static const std::vector<hyb_variable> list = {
      {"input", "air_temperature", "K", "state", HYB_REAL64, nlevel, 0},
      {"input", "mixing_ratio", "kg kg-1", "state", HYB_REAL32, nlevel, nspecies},
      {"input", "sunlit", "1", "flag", HYB_LOGICAL32, 0, 0},
      {"input", "emission", "kg m-2 s-1", "state", HYB_REAL32, 0, nspecies},
      {"native", "air_temperature", "K", "increment", HYB_REAL64, nlevel, 0},
      {"after", "air_temperature", "K", "increment", HYB_REAL64, nlevel, 0},
      {"emulated", "cloud_type", "1", "flag", HYB_INT32, nlevel, 0},
  };
  return list;
}

inline size_t size_of(const hyb_variable &v) { return v.kind == HYB_REAL64 ? 8 : 4; }
inline int64_t width_of(const hyb_variable &v) {
  return (v.nlevel ? v.nlevel : 1) * (v.nspecies ? v.nspecies : 1);
}

// Exact in every kind.
inline int64_t value_at(size_t variable, int64_t step, int64_t column, int64_t level,
                        int64_t species) {
  const int64_t value =
      (step * 7 + column * 131 + level * 5 + species * 3 + static_cast<int64_t>(variable)) % 65521;
  return variables()[variable].kind == HYB_LOGICAL32 ? value % 2 : value;
}

inline void write_value(const hyb_variable &v, void *data, int64_t place, int64_t value) {
  if (v.kind == HYB_REAL64) static_cast<double *>(data)[place] = static_cast<double>(value);
  if (v.kind == HYB_REAL32) static_cast<float *>(data)[place] = static_cast<float>(value);
  if (v.kind >= HYB_INT32) static_cast<int32_t *>(data)[place] = static_cast<int32_t>(value);
}

inline int64_t read_value(const hyb_variable &v, const void *data, int64_t place) {
  if (v.kind == HYB_REAL64) return static_cast<int64_t>(static_cast<const double *>(data)[place]);
  if (v.kind == HYB_REAL32) return static_cast<int64_t>(static_cast<const float *>(data)[place]);
  return static_cast<const int32_t *>(data)[place];
}

// Captures that are not yet released, for all tests.
inline std::atomic<int64_t> held_captures{0}, held_bytes{0};

// A block of the host: `ncol` columns from global column `first`, every `stride`-th captured.
class Block {
 public:
  Block(int64_t step, int64_t first, int64_t ncol, int64_t stride = 1)
      : step_(step), first_(first), ncol_(ncol), date_("2001-01-01T00:00:00") {
    for (int64_t i = 0; i < ncol; i += stride) row_.push_back(i);
    for (const int64_t i : row_) {
      column_.push_back(first + i);
      lat_.push_back(0.25 * static_cast<double>(first + i));
    }
    for (size_t v = 0; v < variables().size(); ++v) fill(v);
    ++held_captures;
    held_bytes += capture().bytes;
  }
  ~Block() {
    held_bytes -= capture().bytes;
    --held_captures;
  }

  hyb_capture capture() {
    hyb_capture c{};
    c.size = sizeof c;
    c.step = step_;
    c.date = date_.c_str();
    c.nrow = static_cast<int64_t>(row_.size());
    c.row = row_.data();
    c.column = column_.data();
    c.lat = lat_.data();
    c.ld = ld();
    c.data = pointers_.data();
    for (const auto &array : arrays_) c.bytes += static_cast<int64_t>(array.size());
    c.release = [](void *owner) { delete static_cast<Block *>(owner); };
    c.owner = this;
    return c;
  }

 private:
  int64_t ld() const { return ncol_ + 3; }  // the rest must never be read

  void fill(size_t number) {
    const hyb_variable &v = variables()[number];
    arrays_.emplace_back(static_cast<size_t>(width_of(v) * ld()) * size_of(v), '\xff');
    const int64_t levels = v.nlevel ? v.nlevel : 1, species = v.nspecies ? v.nspecies : 1;
    for (int64_t s = 0; s < species; ++s)
      for (int64_t l = 0; l < levels; ++l)
        for (int64_t i = 0; i < ncol_; ++i)
          write_value(v, arrays_.back().data(), (s * levels + l) * ld() + i,
                      value_at(number, step_, first_ + i, l, s));
    pointers_.push_back(arrays_.back().data());
  }

  int64_t step_, first_, ncol_;
  std::string date_;
  std::vector<int64_t> row_, column_;
  std::vector<double> lat_;
  std::vector<std::vector<char>> arrays_;
  std::vector<void *> pointers_;
};

inline hyb_recording_options options(int64_t buffer = 16 << 20) {
  static const hyb_attribute attributes[] = {{"scheme", "radiation"}, {"run", "test"}};
  hyb_recording_options o{};
  o.size = sizeof o;
  o.variable = variables().data();
  o.nvariable = static_cast<int32_t>(variables().size());
  o.attribute = attributes;
  o.nattribute = 2;
  o.has_lat = 1;
  o.buffer = buffer;
  return o;
}

inline void *created(const std::string &path, const hyb_recording_options &o = options()) {
  void *file = nullptr;
  hyb_message message{};
  const int32_t status = storage().create(path.c_str(), &o, &file, &message);
  if (status != HYB_OK) std::fprintf(stderr, "create: %s\n", message.text);
  REQUIRE(status == HYB_OK);
  return file;
}

// Names in a folder, hidden ones too.
inline std::vector<std::string> names_in(const std::string &folder) {
  std::vector<std::string> names;
  for (const auto &entry : std::filesystem::directory_iterator(folder))
    names.push_back(entry.path().filename().string());
  return names;
}

inline int32_t append(void *file, int64_t step, int64_t first, int64_t ncol, int64_t stride = 1,
                      hyb_message *message = nullptr) {
  const hyb_capture capture = (new Block(step, first, ncol, stride))->capture();
  return storage().append(file, &capture, message);
}
