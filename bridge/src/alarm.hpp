// SPDX-License-Identifier: BSD-3-Clause
// Cumulative sums (Page 1954, doi:10.1093/biomet/41.1-2.100) over the scores of audits: they tell a
// lasting change, however slow, from the scatter of single audits.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "config_online.hpp"
#include "state.hpp"

namespace hyb {

// Of one audit, in units of the native standard deviation; both are 0 or more. Of each field or
// species over all its levels, then root mean squares of these.
struct Score {
  double error = 0;  // root mean square
  double bias = 0;   // root mean square, over levels, of the mean errors
  bool valid = false;
};

// One score: its mean and deviation, learnt from the first audits, and the sum of what is above.
class CumulativeSum {
 public:
  void add(double value, const AlarmConfig &config);
  bool beyond(double threshold) const { return sum_ > threshold; }
  bool quiet(double value, double slack) const { return standardised(value) <= slack; }
  void forget() { sum_ = 0; }
  // "error: expected 0.2 on average, found 0.9 (sum 10.4)"
  std::string told(const char *name, double found) const;
  nlohmann::json json() const;
  void state(State &state, const std::string &name);

 private:
  double deviation() const;
  double standardised(double value) const { return (value - mean_) / deviation(); }

  int64_t n_ = 0;  // learnt from
  double mean_ = 0, squares_ = 0, sum_ = 0;
};

class Alarm {
 public:
  explicit Alarm(const AlarmConfig &config) : config_(config) {}

  // Adds an audit, of the step that begins at that model time [s]. Returns what to tell, "" for
  // nothing.
  std::string add(const Score &score, double elapsed);
  bool raised() const { return raised_ != 0; }

  nlohmann::json json() const;
  nlohmann::json learned_with() const;  // what of its table its state depends on
  void state(State &state);

 private:
  std::string raise(const Score &score);
  std::string recover(const Score &score);

  AlarmConfig config_;
  CumulativeSum error_, bias_;
  Score last_;
  int64_t audits_ = 0, raised_ = 0, quiet_ = 0, alarms_ = 0;
};

}  // namespace hyb
