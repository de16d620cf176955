// SPDX-License-Identifier: BSD-3-Clause
// Parts of a block: runs of columns that have something in common, in host arrays and rows.
#pragma once

#include <algorithm>
#include <cstdint>

#include "pack.hpp"

namespace hyb {

// Columns begin .. begin+n-1 (from 0) of an array, within one row of x.
inline HostArray part_of(const HostArray &array, int64_t begin, int64_t n) {
  HostArray part = array;
  part.data += begin / array.nx * array.sy + begin % array.nx * array.sx;
  part.nx = n;
  part.ny = 1;
  return part;
}

inline Rows part_of(const Rows &rows, int64_t begin) {
  Rows part = rows;
  part.first_sample += begin;
  return part;
}

// Calls body(begin, n) for each run of columns that are wanted, cut where a row of x ends.
template <class Wanted, class Body>
void each_run(const HostArray &array, int64_t ncol, Wanted &&wanted, Body &&body) {
  for (int64_t begin = 0; begin < ncol;) {
    const int64_t limit = std::min(ncol, (begin / array.nx + 1) * array.nx);
    int64_t end = begin;
    while (end < limit && wanted(end)) ++end;
    if (end > begin) body(begin, end - begin);
    begin = std::max(end, begin + 1);
  }
}

}  // namespace hyb
