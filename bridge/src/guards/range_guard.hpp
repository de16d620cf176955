// SPDX-License-Identifier: BSD-3-Clause
// One guard: limits for the rows of a network's matrix, and what becomes of columns beyond them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "card.hpp"
#include "config_online.hpp"

namespace hyb {

struct RangeGuard {
  std::string name;  // "finite", "range", "training_range", "tendency"
  Policy policy;
  double blend_width;               // of the width of the limits
  int32_t kind;                     // of the network
  std::vector<double> lower, upper; // by row of the matrix, as the network has it; infinite: none
  std::vector<double> least, most;  // likewise: what a value beyond is clipped to, never beyond the
                                    // limits of the physical value

  RangeGuard(std::string name, const GuardConfig &config, int64_t nrow, int32_t kind);

  // Limits one field, in the network's values: beyond them by `margin` of their width, and by what
  // rounding may add, unless `exact`.
  void limit(const CardField &field, const Limits &limits, double margin, bool exact = false);

  // Every number of the network's kind; a NaN or an infinity is none.
  void limit_to_finite();

  // Makes limits numbers of the network's kind, never tighter ones.
  void round();

  bool limits(size_t row) const;

  // How much of the emulator's result is left for a value of a row: 1 within the limits.
  double weight(size_t row, double value) const;
};

}  // namespace hyb
