// SPDX-License-Identifier: BSD-3-Clause
// What a scheme did: counters, times and, in shadow mode, scores of the emulator against the
// native routine.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "pack.hpp"
#include "state.hpp"
#include "thread_place.hpp"

namespace hyb {

// Sums over the values of one row (level, species) of an output: enough for bias, RMSE and R2.
// Native values are taken relative to the first, or their variance would drown in their mean.
struct RowSums {
  double n = 0, origin = 0, native = 0, native_squared = 0, error = 0, error_squared = 0;
};

// Time of one call, by what was done. Integers: they are added outside any floating-point guard.
struct CallTimes {
  using Time = std::chrono::steady_clock::duration;
  Time pack{}, infer{}, guard{}, hooks{}, constrain{}, native{}, scatter{};
};

class Statistics {
 public:
  explicit Statistics(std::string mode) : mode_(std::move(mode)) {}

  void count_call(int64_t ncol, const CallTimes &times);
  void count_native(int64_t rejected_columns, int64_t audited_columns);
  void count_not_finite(int64_t inputs, int64_t outputs);
  void count_failure();

  // Adds the differences of one block. Sums run in the order in which calls close, so their last
  // bits depend on the threads; nothing but reports reads them.
  void compare(const std::string &field, const std::string &unit, const Rows &native,
               const Rows &emulated, int64_t ncol);

  // Calls so far that had no result of the emulator, "3 of 32"; "" if none.
  std::string failures() const;

  // All that was counted, over threads; times in nanoseconds.
  std::vector<double> counters() const;

  // Such counters in words, of this process or of several.
  static nlohmann::json told(const std::vector<double> &counters);

  // Mode, counters and scores.
  nlohmann::json json() const;
  void state(State &state);
  void state(State &state, const std::string &field, const std::string &unit);  // of its score

 private:
  struct Score {
    std::string unit;
    std::vector<RowSums> rows;
  };

  enum Count {
    calls, columns, inputs_not_finite, outputs_not_finite, failed, rejected, audited,
    pack, infer, guard, hooks, constrain, native, scatter, ncount
  };
  using Counts = std::array<int64_t, ncount>;
  static const std::array<const char *, ncount> names;

  // By thread, so that threads that close calls do not meet.
  struct alignas(64) Counters {
    mutable std::mutex mutex;
    Counts counts{};
  };

  Counts add_up() const;

  std::string mode_;
  std::array<Counters, thread_places> counters_;
  mutable std::mutex mutex_;  // of the scores
  std::map<std::string, Score> scores_;
};

}  // namespace hyb
