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

// How a row's value becomes a physical one: in the host's kind, which may be either.
struct Scaling {
  double offset, scale;

  double physical(double value) const { return value * scale + offset; }
  float physical(float value) const {
    return value * static_cast<float>(scale) + static_cast<float>(offset);
  }
};

// In the kinds that a host may have with a network of that kind.
bool is_inside(double value, double limit, bool below, const Scaling &scaling) {
  const double found = scaling.physical(value);
  return below ? found <= limit : found >= limit;
}

bool is_inside(float value, double limit, bool below, const Scaling &scaling) {
  const float found = scaling.physical(value), own = static_cast<float>(limit);
  return (below ? found <= own : found >= own) &&
         is_inside(static_cast<double>(value), limit, below, scaling);
}

// The network's value next to a physical limit that is not beyond it: away from it in steps of the
// last digit, which double, as a small value may come from the difference of large ones.
template <class T>
double inside(double limit, bool below, const Scaling &scaling) {
  const bool down = below == (scaling.scale > 0);
  if (!std::isfinite(limit)) return down ? infinite : -infinite;
  constexpr T most = std::numeric_limits<T>::infinity();
  T value = static_cast<T>((limit - scaling.offset) / scaling.scale);
  T step = std::nextafter(value, down ? -most : most) - value;
  for (int tries = 0; tries < 64 && !is_inside(value, limit, below, scaling); ++tries) {
    value += step;
    step *= 2;
  }
  return static_cast<double>(value);
}

double inside(int32_t kind, double limit, bool below, const Scaling &scaling) {
  return kind == HYB_REAL64 ? inside<double>(limit, below, scaling)
                            : inside<float>(limit, below, scaling);
}

}  // namespace

RangeGuard::RangeGuard(std::string guard_name, const GuardConfig &config, int64_t nrow,
                       int32_t network_kind)
    : name(std::move(guard_name)),
      policy(config.policy),
      blend_width(config.blend_width),
      kind(network_kind),
      lower(static_cast<size_t>(nrow), -infinite),
      upper(static_cast<size_t>(nrow), infinite),
      least(lower),
      most(upper) {}

void RangeGuard::limit(const CardField &field, const Limits &limits, double margin, bool exact) {
  const std::vector<double> width = widths(limits);
  for (size_t i = 0; i < static_cast<size_t>(field.count); ++i) {
    const bool plain = field.normalisation.empty();
    const double offset = plain ? 0 : field.normalisation.offset[i];
    const double scale = plain ? 1 : field.normalisation.scale[i];
    const double beyond = margin * width[i];
    const double bottom = limits.lower[i] - beyond, top = limits.upper[i] + beyond;
    const double low = (bottom - offset) / scale, high = (top - offset) / scale;
    const size_t row = static_cast<size_t>(field.offset) + i;
    const double least_inside = inside(kind, bottom, false, {offset, scale});
    const double most_inside = inside(kind, top, true, {offset, scale});
    least[row] = std::min(least_inside, most_inside);  // a scale below 0 swaps them
    most[row] = std::max(least_inside, most_inside);
    lower[row] = exact ? least[row] : std::min(low, high) - rounding(limits.lower[i], offset, scale);
    upper[row] = exact ? most[row] : std::max(low, high) + rounding(limits.upper[i], offset, scale);
  }
}

void RangeGuard::limit_to_finite() {
  const double largest = kind == HYB_REAL64
                             ? std::numeric_limits<double>::max()
                             : static_cast<double>(std::numeric_limits<float>::max());
  std::fill(lower.begin(), lower.end(), -largest);
  std::fill(upper.begin(), upper.end(), largest);
}

void RangeGuard::round() {
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
