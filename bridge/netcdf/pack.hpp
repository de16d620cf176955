// SPDX-License-Identifier: BSD-3-Clause
// From the order of the captures (columns fastest) to that of the file (sample slowest).
#pragma once

#include "layout.hpp"

namespace hybrid_netcdf {

// Columns of a capture, given by their numbers in its list, and where they go in a block.
struct Piece {
  size_t from, count, at;
};

void pack(Series &series, const hyb_capture &capture, const Piece &piece);

}  // namespace hybrid_netcdf
