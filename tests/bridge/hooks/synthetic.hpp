// SPDX-License-Identifier: BSD-3-Clause
// A model without an emulator: what is native is a function of step, column and level, what is
// emulated is that plus a planted error. Hooks are driven as the library drives them.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "check.h"
#include "communicator.hpp"
#include "error.hpp"
#include "hooks/make_hook.hpp"
#include "reproducible_sums.hpp"

constexpr int64_t nlevel = 4, nlat = 6, nlon = 12, ncolumn = nlat * nlon;
constexpr double dt = 10800, pi = 3.14159265358979323846;

// Of a normal distribution, the same for the same numbers: by SplitMix64 and Box and Muller.
inline double noise(uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
  const auto uniform = [](uint64_t x) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return static_cast<double>((x ^ (x >> 31)) >> 11) * 0x1p-53 + 0x1p-54;
  };
  const uint64_t key = ((a * 1000003 + b) * 1000003 + c) * 1000003 + d;
  return std::sqrt(-2 * std::log(uniform(key))) * std::cos(2 * pi * uniform(~key));
}

// One value of the model.
struct Point {
  int64_t step, column, level;   // column: global, from 0
  double lat, lon, day;          // degrees; time of the day in UTC, 0 to 1
  double local() const { return day + lon / 360; }
  double temperature() const {
    return 250 + 10.0 * static_cast<double>(level) + 20 * std::cos(lat * pi / 180) +
           3 * noise(1, step, column, level);
  }
  double cloud() const { return 0.5 + 0.2 * noise(2, step, column, 0); }
  double native() const { return -2 + 0.8 * noise(3, step, column, level); }
};

using Planted = std::function<double(const Point &)>;  // emulated minus native

inline double lat_of(int64_t column) {
  return -75 + 30.0 * static_cast<double>(column / nlon);
}
inline double lon_of(int64_t column) { return 30.0 * static_cast<double>(column % nlon); }

// The columns of a process: global numbers from 0, in any order.
class Columns {
 public:
  explicit Columns(std::vector<int64_t> order) : order_(std::move(order)) {
    for (const int64_t column : order_) {
      number_.push_back(column + 1);
      lat_.push_back(lat_of(column));
      lon_.push_back(lon_of(column));
    }
  }
  int64_t size() const { return static_cast<int64_t>(order_.size()); }
  int64_t operator[](int64_t i) const { return order_[static_cast<size_t>(i)]; }
  hyb::Grid grid() const {
    const hyb_grid grid{sizeof(hyb_grid), size(), number_.data(), lat_.data(), lon_.data(),
                        nullptr};
    return hyb::Grid(&grid);
  }

 private:
  std::vector<int64_t> order_, number_;
  std::vector<double> lat_, lon_;
};

inline Columns in_order() {
  std::vector<int64_t> order(ncolumn);
  std::iota(order.begin(), order.end(), 0);
  return Columns(order);
}

inline Columns shuffled() {
  std::vector<int64_t> order(ncolumn);
  for (int64_t i = 0; i < ncolumn; ++i) order[static_cast<size_t>(i)] = i * 29 % ncolumn;
  return Columns(order);
}

inline hyb::HookConfig configured(const std::string &kind, nlohmann::json options) {
  hyb::HookConfig config;
  config.kind = kind;
  config.where = "hybrid.toml: scheme.radiation.hook";
  config.fields = {"heating"};
  config.learn = kind == "nudging" ? hyb::HookConfig::Source::none : hyb::HookConfig::Source::audit;
  config.options = std::move(options);
  return config;
}

inline hyb::ValueFields fields() {
  hyb::ValueFields fields;
  fields.outputs = {{"flux", "W m-2"}, {"heating", "K day-1"}};
  return fields;
}

constexpr size_t flux = 0, heating = 1;

// The arrays of some fields, [row][column].
class Arrays {
 public:
  hyb::FieldValues add(int64_t levels, int64_t ncol) {
    memory_.emplace_back(static_cast<size_t>(levels * ncol), 0.0);
    return {memory_.back().data(), levels, 1, ncol};
  }

 private:
  std::vector<std::vector<double>> memory_;
};

class Model {
 public:
  Model(const hyb::HookConfig &config, Columns columns, Planted planted)
      : columns_(std::move(columns)), grid_(columns_.grid()), planted_(std::move(planted)) {
    fields_ = fields();
    hook_ = hyb::make_hook(config, fields_, grid_, "", "");
  }

  hyb::Hook &hook() { return *hook_; }
  const Columns &columns() const { return columns_; }

  // One step in blocks of `size`, then learning where `audited`. Returns what is added, by level
  // and global column.
  std::vector<double> step(int64_t step, bool audited, int64_t size = ncolumn) {
    begin(step);
    std::vector<double> added(static_cast<size_t>(nlevel * ncolumn));
    for (int64_t first = 1; first <= columns_.size(); first += size)
      block(first, std::min(size, columns_.size() - first + 1), added);
    if (audited) learn();
    return added;
  }

  // Samples are changed here before they are learnt from: column and row of the output.
  std::function<void(int64_t, int64_t, double &)> spoil;

  void learn() {
    Arrays arrays;
    const hyb::Samples samples = sampled(arrays);
    learn(samples);
  }

  std::vector<double> learn(const hyb::Samples &samples) {
    const hyb::Communicator alone{hyb_host{}};
    const auto totals = hyb::reproducible_sums(
        alone, hook_->sums(samples), [&](hyb::Adder &adder) { hook_->collect(samples, adder); });
    hook_->update(samples, totals);
    return totals;
  }

  // A third of the tiles of 6 global columns.
  hyb::Samples sampled(Arrays &arrays) const {
    hyb::Samples samples;
    samples.clock = &clock;
    samples.grid = &grid_;
    const int64_t n = columns_.size();
    for (int64_t i = 0; i < n; ++i)
      if (noise(9, clock.step, columns_[i] / 6, 0) > 0.43) samples.columns.push_back(i);
    samples.inputs = inputs(arrays, 1, n);
    samples.wanted = arrays.add(nlevel, n);
    samples.outputs = {arrays.add(1, n), arrays.add(nlevel, n)};
    for (int64_t level = 0; level < nlevel; ++level)
      for (int64_t i = 0; i < n; ++i) {
        const Point p = point(columns_[i], level);
        double &wanted = samples.wanted.row(level)[i];
        wanted = p.native() - emulated(p);
        samples.outputs[heating].row(level)[i] = emulated(p);
      }
    for (int64_t level = 0; spoil && level < nlevel; ++level)
      for (const int64_t i : samples.columns)
        spoil(columns_[i], level, samples.wanted.row(level)[i]);
    return samples;
  }

  hyb::Clock clock;

  // At the step that is open; column: global, from 0.
  Point point(int64_t column, int64_t level) const {
    const double day = std::fmod(clock.elapsed, 86400) / 86400;
    return {clock.step, column, level, lat_of(column), lon_of(column), day};
  }

 private:
  void begin(int64_t step) {
    char date[32];
    const int64_t seconds = step * static_cast<int64_t>(dt), day = seconds / 86400;
    std::snprintf(date, sizeof date, "2000-%02d-%02dT%02d:00:00", static_cast<int>(day / 28 + 1),
                  static_cast<int>(day % 28 + 1), static_cast<int>(seconds % 86400 / 3600));
    clock = {step, date, dt, static_cast<double>(seconds)};
    hook_->begin(clock);
  }

  // Inputs by place in fields_.
  std::vector<hyb::FieldValues> inputs(Arrays &arrays, int64_t first, int64_t ncol) const {
    std::vector<hyb::FieldValues> all;
    for (const hyb::ValueField &field : fields_.inputs) {
      const bool profile = field.name.rfind("air_temperature", 0) == 0;
      all.push_back(arrays.add(profile ? nlevel : 1, ncol));
      for (int64_t level = 0; level < all.back().nlevel; ++level)
        for (int64_t i = 0; i < ncol; ++i) {
          const Point p = point(columns_[first - 1 + i], level);
          all.back().row(level)[i] = profile ? p.temperature() : p.cloud();
        }
    }
    return all;
  }

  double emulated(const Point &p) const { return p.native() + planted_(p); }

  void block(int64_t first, int64_t ncol, std::vector<double> &added) {
    Arrays arrays;
    hyb::BlockValues values;
    values.first = first;
    values.ncol = ncol;
    values.clock = &clock;
    values.grid = &grid_;
    values.inputs = inputs(arrays, first, ncol);
    values.outputs = {arrays.add(1, ncol), arrays.add(nlevel, ncol)};
    values.rejected.assign(static_cast<size_t>(ncol), 0);
    for (int64_t level = 0; level < nlevel; ++level)
      for (int64_t i = 0; i < ncol; ++i)
        values.outputs[heating].row(level)[i] = emulated(point(columns_[first - 1 + i], level));
    std::vector<hyb::FieldValues> increments = {arrays.add(nlevel, ncol)};
    std::vector<uint8_t> veto(static_cast<size_t>(ncol), 0);
    hook_->apply(values, increments, veto);
    for (int64_t level = 0; level < nlevel; ++level)
      for (int64_t i = 0; i < ncol; ++i)
        added[static_cast<size_t>(level * ncolumn + columns_[first - 1 + i])] =
            increments[0].row(level)[i];
  }

  Columns columns_;
  hyb::Grid grid_;
  Planted planted_;
  hyb::ValueFields fields_;
  std::unique_ptr<hyb::Hook> hook_;
};

inline double rms(const std::vector<double> &values) {
  double sum = 0;
  for (const double value : values) sum += value * value;
  return std::sqrt(sum / static_cast<double>(values.size()));
}

inline double correlation(const std::vector<double> &a, const std::vector<double> &b) {
  const double n = static_cast<double>(a.size());
  const double ma = std::accumulate(a.begin(), a.end(), 0.0) / n;
  const double mb = std::accumulate(b.begin(), b.end(), 0.0) / n;
  double ab = 0, aa = 0, bb = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - ma) * (b[i] - mb);
    aa += (a[i] - ma) * (a[i] - ma);
    bb += (b[i] - mb) * (b[i] - mb);
  }
  return ab / std::sqrt(aa * bb);
}

// The message of what fails, "" if it does not.
template <class Action>
std::string message_of(Action &&action, int32_t status) {
  try {
    action();
  } catch (const hyb::Error &error) {
    CHECK_EQ(error.status(), status);
    return error.what();
  }
  return "";
}

// That it fails, with these words.
template <class Action>
void check_fails(Action &&action, int32_t status, const std::vector<std::string> &words) {
  const std::string message = message_of(action, status);
  CHECK(!message.empty());
  for (const std::string &word : words) CHECK_HAS(message.c_str(), word.c_str());
}
