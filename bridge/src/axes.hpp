// SPDX-License-Identifier: BSD-3-Clause
// Axes by name, and the one internal form of a host's array.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "hybrid.h"

namespace hyb {

using Axes = std::array<int32_t, 4>;  // hyb_axis, HYB_AXIS_DEFAULT beyond the last one

// From names in the host's order: "column level", "x z y" (z is the level axis there).
Axes axes_of(std::string_view dims);

// column, level, species: as many as the rank says. Rank 4 has no default.
Axes default_axes(int32_t rank);

int32_t rank_of(const Axes &axes);
bool has_axis(const Axes &axes, int32_t axis);
std::string axes_text(const Axes &axes);

// Which axes a field has, and their extents: 1 for an axis that is absent.
struct FieldShape {
  bool has_column = false, has_level = false, has_species = false;
  int64_t nlevel = 1, nspecies = 1;

  int64_t rows() const { return nlevel * nspecies; }
};

// An array of the host with its axes told apart. Strides are bytes, 0 for an axis that is absent,
// so that loops need not ask. x and y together are the columns.
struct HostArray : FieldShape {
  char *data = nullptr;
  int32_t kind = 0, truth = 0;
  int64_t nx = 1, ny = 1;
  int64_t sx = 0, sy = 0, slevel = 0, sspecies = 0;

  int64_t ncol() const { return nx * ny; }
};

// These keep products of extents inside 64 bits.
constexpr int64_t most_extent = INT32_MAX;
constexpr int64_t most_rows = 1 << 24;  // values of one column, and rows of a network's matrix

// Checks a view of the field `name` against the number of columns of its call.
HostArray host_array(const hyb_view &view, const Axes &declared, const char *name, int64_t ncol);

// Fails where several elements lie in one place, or where "true" has no bits.
void check_writable(const HostArray &array, const char *name);

int64_t size_of_kind(int32_t kind);

}  // namespace hyb
