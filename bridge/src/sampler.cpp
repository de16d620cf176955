// SPDX-License-Identifier: BSD-3-Clause
#include "sampler.hpp"

#include "hash.hpp"

namespace hyb {
namespace {

constexpr int64_t whole_step = -1;

}  // namespace

bool Sampler::drawn(int64_t step, int64_t tile, double fraction) const {
  uint64_t hash = mixed(static_cast<uint64_t>(config_.seed));
  hash = mixed(hash ^ static_cast<uint64_t>(step));
  hash = mixed(hash ^ static_cast<uint64_t>(tile));
  return static_cast<double>(hash >> 11) * 0x1p-53 < fraction;
}

bool Sampler::drawn(int64_t step) const { return drawn(step, whole_step, config_.steps); }

void Sampler::draw(int64_t step, const Grid &grid, int64_t first, int64_t ncol,
                   std::vector<int64_t> &rows) const {
  rows.clear();
  if (!drawn(step)) return;
  int64_t last_tile = whole_step;
  bool wanted = false;
  for (int64_t i = 0; i < ncol; ++i) {
    const int64_t tile = (grid.column(first + i) - 1) / config_.tile_columns;
    if (tile != last_tile) wanted = drawn(step, tile, config_.tiles);
    last_tile = tile;
    if (wanted) rows.push_back(i);
  }
}

}  // namespace hyb
