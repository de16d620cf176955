// SPDX-License-Identifier: BSD-3-Clause
// How much of a result is the emulator's by configuration: a ramp in time, levels, a latitude band.
#pragma once

#include <cstdint>
#include <vector>

#include "clock.hpp"
#include "config_online.hpp"
#include "grid.hpp"

namespace hyb {

// From 0 to 1 while model time passes from `start` to `start + ramp`.
double ramp_at(double elapsed, double start, double ramp);

class Blend {
 public:
  // Modes other than blend and correct: all of it, everywhere.
  Blend() = default;
  // Fails where a band of latitudes is asked for and the grid has none.
  Blend(const BlendConfig &config, const Grid &grid, const std::string &where);

  // At the step boundary.
  void step(const Clock &clock);

  // Of a local column (from 1), at the levels that are not masked.
  double weight(int64_t column) const {
    return weight_ * (by_column_.empty() ? 1 : by_column_[static_cast<size_t>(column - 1)]);
  }
  // Whether some of these columns get less than all of the emulator's result.
  bool partial(int64_t first, int64_t ncol) const;
  // Whether none of these columns gets any of it.
  bool none(int64_t first, int64_t ncol) const;

  double weight() const { return weight_; }  // of the ramp

  // Whether a field of that many levels has levels that stay native, and whether one does.
  bool masks(int64_t nlevel) const;
  bool masks(int64_t nlevel, int64_t level) const;  // `level` of the host's, from 0

 private:
  BlendConfig config_;
  double weight_ = 1;
  int64_t first_level_ = 1, last_level_ = INT64_MAX;
  std::vector<double> by_column_;
};

}  // namespace hyb
