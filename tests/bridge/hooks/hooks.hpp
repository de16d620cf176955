// SPDX-License-Identifier: BSD-3-Clause
// What the tests of hooks share: a scheme's fields, blocks of a small grid with values known from
// column and level, samples, and the steps that the library takes with a hook.
#pragma once

#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "check.h"
#include "config.hpp"
#include "error.hpp"
#include "hooks/make_plugin_hook.hpp"
#include "hooks/plugin_hook.hpp"
#include "reproducible_sums.hpp"

namespace test {

constexpr int64_t nlevel = 3, ncolumn = 40;

inline std::string variable(const char *name) {
  const char *value = std::getenv(name);
  return value ? value : "";
}

// A folder of its own, removed at the end.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "hybrid-hooks-XXXXXX").string();
    CHECK(mkdtemp(name.data()));
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder &) = delete;
  Folder &operator=(const Folder &) = delete;
  std::string operator/(const std::string &name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// Runs work(0) .. work(n-1) on 8 threads; true if all were. Threads that a sanitizer knows of.
inline bool all_in_parallel(int n, const std::function<bool(int)> &work) {
  std::atomic<int> next{0}, good{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread)
    threads.emplace_back([&] {
      for (int number = next++; number < n; number = next++) good += work(number) ? 1 : 0;
    });
  for (std::thread &thread : threads) thread.join();
  return good == n;
}

// From the lines of a [[scheme.test.hook]], as a user writes them.
inline hyb::HookConfig config_of(const std::string &lines) {
  return hyb::parse_config("[[scheme.test.hook]]\n" + lines).schemes.at("test").hooks.at(0);
}

inline hyb::ValueFields fields() {
  hyb::ValueFields fields;
  fields.outputs = {{"heating_rate", "K s-1"}, {"rainfall_flux", "kg m-2 s-1"}};
  return fields;
}

inline std::unique_ptr<hyb::Hook> make(const std::string &lines, hyb::ValueFields &all) {
  return hyb::make_plugin_hook(config_of(lines), all, variable("HOOKS"), "");
}

inline std::unique_ptr<hyb::Hook> make(const std::string &lines) {
  hyb::ValueFields all = fields();
  return make(lines, all);
}

// Columns 101, 104, 107 ... of a larger grid.
inline const hyb::Grid &grid() {
  static const hyb::Grid one = [] {
    std::vector<int64_t> column(ncolumn);
    std::vector<double> lat(ncolumn), lon(ncolumn), area(ncolumn, 1e9);
    for (int64_t i = 0; i < ncolumn; ++i) {
      column[i] = 101 + 3 * i;
      lat[i] = -80.0 + 4.0 * static_cast<double>(i);
      lon[i] = 9.0 * static_cast<double>(i);
    }
    const hyb_grid given = {sizeof(hyb_grid), ncolumn, column.data(), lat.data(), lon.data(),
                            area.data()};
    return hyb::Grid(&given);
  }();
  return one;
}

inline const hyb::Clock &clock() {
  static const hyb::Clock one = {7, "2001-02-30T06:00:00", 600.0, 4200.0};
  return one;
}

// The end of a step, for hooks that look at its clock only.
inline const hyb::Samples &step_end() {
  static const hyb::Samples one = [] {
    hyb::Samples samples;
    samples.clock = &clock();
    samples.grid = &grid();
    return samples;
  }();
  return one;
}

inline double temperature(int64_t column, int64_t level) {
  return 220.0 + 10.0 * static_cast<double>(level) + 0.125 * static_cast<double>(column);
}
inline double heating(int64_t column, int64_t level) {
  return 1e-5 * static_cast<double>(1 + level) + 1e-7 * static_cast<double>(column);
}

// The values of a field with memory of its own.
struct Values {
  std::vector<double> memory;
  hyb::FieldValues values;

  Values(int64_t levels, int64_t ncol) : memory(static_cast<size_t>(levels * ncol)) {
    values = {memory.data(), levels, 1, ncol};
  }
  double &at(int64_t level, int64_t column) { return values.row(level)[column]; }
};

// Columns first .. first+ncol-1 of the grid, with what a hook made of them.
struct Block {
  Values air, heat, rain, increment;
  hyb::BlockValues values;
  std::vector<hyb::FieldValues> increments;
  std::vector<uint8_t> veto;

  explicit Block(int64_t ncol = ncolumn, int64_t first = 1)
      : air(nlevel, ncol), heat(nlevel, ncol), rain(1, ncol), increment(nlevel, ncol),
        increments{increment.values}, veto(static_cast<size_t>(ncol), 0) {
    for (int64_t level = 0; level < nlevel; ++level)
      for (int64_t i = 0; i < ncol; ++i) {
        air.at(level, i) = temperature(first - 1 + i, level);
        heat.at(level, i) = heating(first - 1 + i, level);
      }
    values.first = first;
    values.ncol = ncol;
    values.clock = &clock();
    values.grid = &grid();
    values.inputs = {air.values};
    values.outputs = {heat.values, rain.values};
    values.rejected.assign(static_cast<size_t>(ncol), 0);
  }
  Block(const Block &) = delete;
  Block &operator=(const Block &) = delete;

  void apply(const hyb::Hook &hook) { hook.apply(values, increments, veto); }
  bool is_zero() const {
    for (const double one : increment.memory)
      if (one != 0) return false;
    for (const uint8_t one : veto)
      if (one != 0) return false;
    return true;
  }
};

// What was wanted in some columns of the domain.
struct Sampled {
  Values wanted, air;
  hyb::Samples samples;

  explicit Sampled(std::vector<int64_t> columns)
      : wanted(nlevel, ncolumn), air(nlevel, ncolumn) {
    for (double &one : wanted.memory) one = std::nan("");
    for (const int64_t column : columns)
      for (int64_t level = 0; level < nlevel; ++level) {
        wanted.at(level, column) = 1e-6 * static_cast<double>(level + 1) +
                                   1e-8 * static_cast<double>(column);
        air.at(level, column) = temperature(column, level);
      }
    samples.clock = &clock();
    samples.grid = &grid();
    samples.columns = std::move(columns);
    samples.wanted = wanted.values;
    samples.inputs = {air.values};
  }
  Sampled(const Sampled &) = delete;
  Sampled &operator=(const Sampled &) = delete;
};

inline hyb::Communicator alone() {
  return hyb::Communicator(hyb_host{sizeof(hyb_host), 0, 0, nullptr, nullptr});
}

// The end of a step on ranks that have these hooks and samples.
inline std::vector<double> totals_over(const std::vector<hyb::Hook *> &ranks,
                                       const std::vector<const Sampled *> &sampled) {
  size_t nsum = 0;
  for (size_t rank = 0; rank < ranks.size(); ++rank)
    nsum = std::max(nsum, ranks[rank]->sums(sampled[rank]->samples));
  return hyb::reproducible_sums(alone(), nsum, [&](hyb::Adder &adder) {
    for (size_t rank = 0; rank < ranks.size(); ++rank)
      ranks[rank]->collect(sampled[rank]->samples, adder);
  });
}

inline void learn(hyb::Hook &hook, const Sampled &sampled) {
  hook.update(step_end(), totals_over({&hook}, {&sampled}));
}

// A restart in memory.
class Saved : public hyb::State {
 public:
  explicit Saved(hyb::Hook &hook) { hook.state(*this); }
  void load(hyb::Hook &hook) {
    loading_ = true;
    hook.state(*this);
  }
  void shared(const std::string &name, std::vector<double> &values) override {
    CHECK_EQ(name, "state");
    ++visits;
    if (loading_)
      values = kept;
    else
      kept = values;
  }
  void columns(const std::string &, std::vector<double> &) override { CHECK(false); }

  std::vector<double> kept;
  int visits = 0;

 private:
  bool loading_ = false;
};

inline bool same_bits(const std::vector<double> &a, const std::vector<double> &b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

inline void check_error(const std::function<void()> &work, int32_t status,
                        std::initializer_list<const char *> words, int line) {
  try {
    work();
  } catch (const hyb::Error &error) {
    if (error.status() != status) {
      ++check_failed_count;
      std::fprintf(stderr, "line %d: status %d, not %d\n", line, error.status(), status);
    }
    for (const char *word : words)
      if (!std::strstr(error.what(), word)) {
        ++check_failed_count;
        std::fprintf(stderr, "line %d: no '%s' in: %s\n", line, word, error.what());
      }
    return;
  }
  ++check_failed_count;
  std::fprintf(stderr, "line %d: nothing was thrown\n", line);
}
#define CHECK_ERROR(work, status, ...) \
  test::check_error([&] { work; }, status, {__VA_ARGS__}, __LINE__)

}  // namespace test
