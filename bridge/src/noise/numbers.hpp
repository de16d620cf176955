// SPDX-License-Identifier: BSD-3-Clause
// Random numbers by key, row and global column. Each is a function of these alone, so they do not
// depend on blocks, threads, ranks or order. Compiled without contraction of products and sums
// (-ffp-contract=off): bits would depend on the CPU.
#pragma once

#include <cstdint>

namespace hyb {

enum class Distribution {
  normal,  // mean 0, variance 1; within 6.34 of 0, as a number has 32 random bits
  uniform  // between 0 and 1, neither of them in real32 either
};

// Of rows 4 g to 4 g + 3 of up to `width` columns.
struct Numbers {
  static constexpr int64_t rows = 4, width = 64;
  double row[rows][width];
};

// Draws those of group g of rows.
void draw(uint64_t key, Distribution distribution, int64_t group, const int64_t *columns,
          int64_t count, Numbers &numbers);

// state = persistence * state + amplitude * number
void relax(double persistence, double amplitude, const double *numbers, int64_t count,
           double *state);

}  // namespace hyb
