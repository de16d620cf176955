// SPDX-License-Identifier: BSD-3-Clause
// The loops over reals between host arrays and rows: one source, compiled for several instruction
// sets; the best one that the CPU has is taken at run time. Bits do not depend on which.
#pragma once

#include <cstdint>

namespace hyb {

// A rectangle of values, `nlevel` rows of `n`. Host strides are bytes of any sign; a row of the
// matrix is contiguous, rows are `ld` elements apart.
struct Rectangle {
  char *host;
  int64_t host_column, host_level;
  char *rows;
  int64_t ld, n, nlevel;
  const double *offset, *scale;  // by row; null: none
};

// Rows of a matrix and the limits of each.
template <class T>
struct LimitedRows {
  const T *rows;
  int64_t ld, n, nrow;
  const T *lower, *upper;  // by row
};

// Each returns how many of the values written are not finite; first index: kind of the source,
// second: of the target; 0: real32, 1: real64.
struct PackLoops {
  using Loop = int64_t (*)(const Rectangle &);
  const char *name;
  Loop pack[2][2];     // row = (host - offset) / scale, computed in the host's kind
  Loop scatter[2][2];  // host = row * scale + offset, likewise
  Loop add[2][2];      // host += row * scale + offset, likewise
  // Whether any value is not within its row's limits; a NaN never is.
  bool (*outside32)(const LimitedRows<float> &);
  bool (*outside64)(const LimitedRows<double> &);
};

// Those that this CPU can run, the plain ones first, the best last; ends with null.
const PackLoops *const *usable_pack_loops();

// The best of them.
const PackLoops &pack_loops();

}  // namespace hyb
