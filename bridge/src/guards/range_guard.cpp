// SPDX-License-Identifier: BSD-3-Clause
#include "guards/range_guard.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hyb {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

// Of the network's value, by which real32 may err in (physical - offset) / scale.
double rounding(double limit, double offset, double scale) {
  if (!std::isfinite(limit)) return 0;
  constexpr double few = 4 * static_cast<double>(std::numeric_limits<float>::epsilon());
  return few * (std::fabs(limit) + std::fabs(offset)) / std::fabs(scale);
}

// Of each row; one that never varied has no width by which a margin could be measured, and takes a
// hundredth of the field's widest row.
std::vector<double> widths(const Limits &limits) {
  constexpr double part = 0.01;
  std::vector<double> found;
  for (size_t i = 0; i < limits.lower.size(); ++i) {
    const double width = limits.upper[i] - limits.lower[i];
    found.push_back(std::isfinite(width) ? width : 0);
  }
  const double widest = found.empty() ? 0 : *std::max_element(found.begin(), found.end());
  for (size_t i = 0; i < found.size(); ++i)
    if (limits.lower[i] == limits.upper[i]) found[i] = part * widest;
  return found;
}

// The real32 on the far side of a limit.
double outwards(double limit, bool up) {
  const float near = static_cast<float>(limit);
  constexpr float most = std::numeric_limits<float>::infinity();
  const double found = static_cast<double>(near);
  const bool tighter = up ? found < limit : found > limit;
  return static_cast<double>(tighter ? std::nextafterf(near, up ? most : -most) : near);
}

}  // namespace

RangeGuard::RangeGuard(std::string guard_name, const GuardConfig &config, int64_t nrow)
    : name(std::move(guard_name)),
      policy(config.policy),
      blend_width(config.blend_width),
      lower(static_cast<size_t>(nrow), -infinite),
      upper(static_cast<size_t>(nrow), infinite) {}

void RangeGuard::limit(const CardField &field, const Limits &limits, double margin) {
  const std::vector<double> width = widths(limits);
  for (size_t i = 0; i < static_cast<size_t>(field.count); ++i) {
    const bool plain = field.normalisation.empty();
    const double offset = plain ? 0 : field.normalisation.offset[i];
    const double scale = plain ? 1 : field.normalisation.scale[i];
    const double beyond = margin * width[i];
    double low = (limits.lower[i] - beyond - offset) / scale;
    double high = (limits.upper[i] + beyond - offset) / scale;
    if (low > high) std::swap(low, high);  // a scale below 0
    const size_t row = static_cast<size_t>(field.offset) + i;
    lower[row] = low - rounding(limits.lower[i], offset, scale);
    upper[row] = high + rounding(limits.upper[i], offset, scale);
  }
}

void RangeGuard::limit_to_finite(int32_t kind) {
  const double most = kind == HYB_REAL64
                          ? std::numeric_limits<double>::max()
                          : static_cast<double>(std::numeric_limits<float>::max());
  std::fill(lower.begin(), lower.end(), -most);
  std::fill(upper.begin(), upper.end(), most);
}

void RangeGuard::round_to(int32_t kind) {
  if (kind == HYB_REAL64) return;
  for (double &limit : lower) limit = outwards(limit, false);
  for (double &limit : upper) limit = outwards(limit, true);
}

bool RangeGuard::limits(size_t row) const {
  return std::isfinite(lower[row]) || std::isfinite(upper[row]);
}

double RangeGuard::weight(size_t row, double value) const {
  if (value >= lower[row] && value <= upper[row]) return 1;
  const double width = upper[row] - lower[row];
  if (policy != Policy::blend || !(width > 0) || !std::isfinite(width) || std::isnan(value))
    return 0;
  const double beyond = std::max(lower[row] - value, value - upper[row]);
  return std::max(0.0, 1 - beyond / (blend_width * width));
}

}  // namespace hyb
