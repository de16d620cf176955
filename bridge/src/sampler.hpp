// SPDX-License-Identifier: BSD-3-Clause
// Which columns of which steps are recorded or audited: whole steps, or tiles of contiguous global columns,
// drawn by hash(seed, step, tile), hence independent of the decomposition.
#pragma once

#include <cstdint>
#include <vector>

#include "config_online.hpp"
#include "grid.hpp"

namespace hyb {

class Sampler {
 public:
  explicit Sampler(const SampleConfig &config) : config_(config) {}

  // Whether anything of a step may be drawn.
  bool drawn(int64_t step) const;

  // The places (from 0) in the block first .. first+ncol-1 that are drawn.
  void draw(int64_t step, const Grid &grid, int64_t first, int64_t ncol,
            std::vector<int64_t> &rows) const;

 private:
  bool drawn(int64_t step, int64_t tile, double fraction) const;

  SampleConfig config_;
};

}  // namespace hyb
