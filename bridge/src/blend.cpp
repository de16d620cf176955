// SPDX-License-Identifier: BSD-3-Clause
#include "blend.hpp"

#include <algorithm>

#include "error.hpp"

namespace hyb {
namespace {

// 1 within the band, falling to 0 over `taper` degrees beyond it.
double band(const BlendConfig &config, double lat) {
  const double beyond = std::max({config.south - lat, lat - config.north, 0.0});
  if (beyond == 0) return 1;
  return config.taper > 0 ? std::max(0.0, 1 - beyond / config.taper) : 0.0;
}

}  // namespace

double ramp_at(double elapsed, double start, double ramp) {
  if (elapsed < start) return 0;
  return ramp > 0 ? std::min(1.0, (elapsed - start) / ramp) : 1.0;
}

Blend::Blend(const BlendConfig &config, const Grid &grid, const std::string &where)
    : config_(config), first_level_(config.first_level), last_level_(config.last_level) {
  if (config.by_latitude && grid.lat().empty())
    mismatch(HYB_ERROR_CONFIG, where + ".blend: latitude", "a domain created with latitudes",
             "one without");
  if (config.by_latitude)
    for (const double lat : grid.lat()) by_column_.push_back(band(config, lat));
  step(Clock());
}

void Blend::step(const Clock &clock) {
  weight_ = config_.weight * ramp_at(clock.elapsed, config_.start, config_.ramp);
}

bool Blend::partial(int64_t first, int64_t ncol) const {
  if (first_level_ > 1 || last_level_ < INT64_MAX) return true;
  if (by_column_.empty()) return weight_ < 1;
  for (int64_t i = 0; i < ncol; ++i)
    if (weight(first + i) < 1) return true;
  return false;
}

bool Blend::none(int64_t first, int64_t ncol) const {
  if (by_column_.empty()) return weight_ == 0;
  for (int64_t i = 0; i < ncol; ++i)
    if (weight(first + i) > 0) return false;
  return ncol > 0;
}

// A mask is of fields with levels; others follow their column.
bool Blend::masks(int64_t nlevel) const {
  return nlevel > 1 && (first_level_ > 1 || last_level_ < nlevel);
}

bool Blend::masks(int64_t nlevel, int64_t level) const {
  return masks(nlevel) && (level + 1 < first_level_ || level + 1 > last_level_);
}

}  // namespace hyb
