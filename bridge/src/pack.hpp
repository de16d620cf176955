// SPDX-License-Identifier: BSD-3-Clause
// Between host arrays of any layout and rows in which columns are fastest.
#pragma once

#include <cstdint>

#include "axes.hpp"

namespace hyb {

// Rows of a matrix, [species][level][column]: where the values of one field lie in a batch or a
// capture. Strides are elements. `flip` reverses the levels, host against rows.
struct Rows {
  void *data;
  int32_t kind;
  int64_t level_stride, species_stride;
  int64_t nlevel, nspecies;  // of the rows; a host array without that axis is repeated over them
  bool flip;
};

// Host to rows, converted to the rows' kind; logicals become 0 or 1. Returns how many of the
// values written are not finite.
int64_t pack(const HostArray &from, const Rows &to, int64_t ncol);

// Rows to host, converted to the host's kind. Into integers and logicals the nearest whole number
// is written; a value that has none (not finite, out of range) leaves the host's value as it is.
// Returns how many values are not finite or have no whole number.
int64_t scatter(const Rows &from, const HostArray &to, int64_t ncol);

// The same, added to what the host's array holds.
int64_t scatter_add(const Rows &from, const HostArray &to, int64_t ncol);

// Repeats column ncol-1 in columns ncol..padded-1, so that padding holds well-behaved values.
void pad(const Rows &rows, int64_t ncol, int64_t padded);

}  // namespace hyb
