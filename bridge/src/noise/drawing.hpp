// SPDX-License-Identifier: BSD-3-Clause
// The numbers of one field of noise in one step.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "grid.hpp"
#include "noise/numbers.hpp"

namespace hyb {

// Where the numbers of a field come from: they depend on the seed, the names of emulator and field,
// and the step.
class NumberSource {
 public:
  NumberSource(int64_t seed, const std::string &card, const std::string &field,
               Distribution distribution);

  uint64_t key(int64_t step) const;
  Distribution distribution() const { return distribution_; }

  // Draws `nrow` rows of the columns first .. first+ncol-1 of the domain. Calls
  // body(row, place of the first column in the block, number of columns, numbers).
  template <class Body>
  void draw_rows(int64_t step, const Grid &grid, int64_t first, int64_t ncol, int64_t nrow,
                 Body &&body) const;

 private:
  uint64_t named_seed_;
  Distribution distribution_;
};

template <class Body>
void NumberSource::draw_rows(int64_t step, const Grid &grid, int64_t first, int64_t ncol,
                             int64_t nrow, Body &&body) const {
  int64_t columns[Numbers::width];
  Numbers numbers;
  for (int64_t begin = 0; begin < ncol; begin += Numbers::width) {
    const int64_t count = std::min(ncol - begin, Numbers::width);
    for (int64_t i = 0; i < count; ++i) columns[i] = grid.column(first + begin + i);
    for (int64_t row = 0; row < nrow; row += Numbers::rows) {
      draw(key(step), distribution_, row / Numbers::rows, columns, count, numbers);
      for (int64_t r = 0; r < std::min(nrow - row, Numbers::rows); ++r)
        body(row + r, begin, count, numbers.row[r]);
    }
  }
}

}  // namespace hyb
