// SPDX-License-Identifier: BSD-3-Clause
// Between host arrays of any layout and rows in which columns are fastest.
#pragma once

#include <cstdint>

#include "axes.hpp"
#include "tiles.hpp"

namespace hyb {

// network = (host - offset) / scale, by row of a field; null: none.
struct Scaling {
  const double *offset = nullptr, *scale = nullptr;
};

// Rows of a matrix: where the values of one field lie in a batch or a capture. A level is a run of
// rows, or of samples where a sample is a box. `flip` reverses the levels, host against rows.
struct Rows {
  void *data = nullptr;  // of the first tile
  int32_t kind = 0;
  Tiles tiles;
  int64_t first_row = 0, first_sample = 0;
  int64_t nlevel = 1, nspecies = 1;  // a host array without that axis is repeated over them
  int64_t level_rows = 1, level_samples = 0, species_rows = 1;  // from one to the next
  bool flip = false;
  Scaling scaling;

  int64_t row(int64_t species, int64_t level) const {
    return species * species_rows + level * level_rows;
  }
  // The element of a value; `level` counts in the rows' own order.
  int64_t at(int64_t species, int64_t level, int64_t column) const {
    return tiles.at(first_row + row(species, level), sample(level, column));
  }
  int64_t sample(int64_t level, int64_t column) const {
    return first_sample + level * level_samples + column;
  }
};

// Rows of a matrix of its own, [species][level][column].
Rows lone_rows(void *data, int32_t kind, const FieldShape &shape, int64_t ncol);

// Those rows as if they were an array of a host.
HostArray as_host(const Rows &lone, const FieldShape &shape, int64_t ncol);

// Host to rows, converted to the rows' kind and normalised; logicals become 0 or 1. Returns how
// many of the values written are not finite.
int64_t pack(const HostArray &from, const Rows &to, int64_t ncol);

// Rows to host, in physical values of the host's kind. Into integers and logicals the nearest whole
// number is written; a value that has none (not finite, out of range) leaves the host's value as it
// is. Returns how many values are not finite or have no whole number.
int64_t scatter(const Rows &from, const HostArray &to, int64_t ncol);

// The same, added to what the host's array holds.
int64_t scatter_add(const Rows &from, const HostArray &to, int64_t ncol);

// Repeats sample nsample-1 in those that follow in its tile, so that padding holds well-behaved
// values.
void pad(void *matrix, int32_t kind, const Tiles &tiles, int64_t nsample);

}  // namespace hyb
