// SPDX-License-Identifier: BSD-3-Clause
#include "hooks/horizontal.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "error.hpp"
#include "text.hpp"

namespace hyb {
namespace {

struct Between {
  int64_t before, after;
  double weight;  // of the latter
};

void check_order(const std::vector<double> &values, double sign, const std::string &where) {
  for (size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i]) || (i > 0 && !(sign * values[i] > sign * values[i - 1])))
      mismatch(HYB_ERROR_FILE, where + ": value " + std::to_string(i + 1),
               "finite values that only rise" + std::string(sign < 0 ? " or only fall" : ""),
               std::to_string(values[i]));
}

// Returns -1 if the latitudes fall.
double check_axes(const std::vector<double> &lat, const std::vector<double> &lon,
                  const std::string &where) {
  if (lat.empty() || lon.empty())
    mismatch(HYB_ERROR_FILE, where, "latitudes and longitudes", "none");
  const double sign = lat.back() < lat.front() ? -1 : 1;
  check_order(lat, sign, where + ": latitude");
  check_order(lon, 1, where + ": longitude");
  if (lon.back() - lon.front() >= 360)
    mismatch(HYB_ERROR_FILE, where + ": longitude", "each once on the circle",
             std::to_string(lon.front()) + " to " + std::to_string(lon.back()));
  return sign;
}

// `sign` -1: the coordinates fall. What lies beyond an end belongs to it.
Between between(const std::vector<double> &values, double sign, double value) {
  const auto less = [sign](double a, double b) { return sign * a < sign * b; };
  const auto at = std::upper_bound(values.begin(), values.end(), value, less);
  const int64_t after = at - values.begin(), n = static_cast<int64_t>(values.size());
  if (after == 0) return {0, 0, 0};
  if (after == n) return {n - 1, n - 1, 0};
  const double before = values[after - 1];
  return {after - 1, after, (value - before) / (values[after] - before)};
}

// A longitude on the circle of the file's. Where the file spans it, the last one's neighbour is the
// first one.
Between around(const std::vector<double> &lon, double value, const std::string &where) {
  const double gap = lon.front() + 360 - lon.back();
  const double widest = lon.size() > 1 ? 1.5 * (lon.back() - lon.front()) /
                                             static_cast<double>(lon.size() - 1)
                                       : 360;
  double east = value - 360 * std::floor((value - lon.front()) / 360);
  if (east >= lon.front() + 360) east = lon.front();
  if (east <= lon.back()) return between(lon, 1, east);
  if (gap > widest)
    mismatch(HYB_ERROR_FILE, where,
             std::to_string(lon.front()) + " to " + std::to_string(lon.back()) +
                 " to reach all columns",
             "a column at " + std::to_string(value));
  return {static_cast<int64_t>(lon.size()) - 1, 0, (east - lon.back()) / gap};
}

Between nearest(const Between &place) {
  const int64_t near = place.weight < 0.5 ? place.before : place.after;
  return {near, near, 0};
}

void need(const std::vector<double> &coordinate, const Grid &grid, const std::string &where,
          const char *what) {
  grid.need(coordinate, where, what);
  for (const double value : coordinate)
    if (!std::isfinite(value))
      mismatch(HYB_ERROR_CONFIG, where, std::string("finite ") + what, std::to_string(value));
}

}  // namespace

Horizontal::Horizontal(const std::vector<double> &lat, const std::vector<double> &lon,
                       bool bilinear, const Grid &grid, const std::string &where)
    : nsource_(static_cast<int64_t>(lat.size() * lon.size())) {
  const double sign = check_axes(lat, lon, where);
  need(grid.lat(), grid, where, "latitudes");
  need(grid.lon(), grid, where, "longitudes");
  const int64_t nlon = static_cast<int64_t>(lon.size());
  for (size_t i = 0; i < grid.lat().size(); ++i) {
    Between y = between(lat, sign, grid.lat()[i]);
    Between x = around(lon, grid.lon()[i], where + ": longitude");
    if (!bilinear) y = nearest(y), x = nearest(x);
    corners_.push_back({{y.before * nlon + x.before, y.before * nlon + x.after,
                         y.after * nlon + x.before, y.after * nlon + x.after},
                        {(1 - y.weight) * (1 - x.weight), (1 - y.weight) * x.weight,
                         y.weight * (1 - x.weight), y.weight * x.weight}});
  }
}

Horizontal::Horizontal(int64_t n, const Grid &grid, const std::string &where) : nsource_(n) {
  if (!grid.known())
    mismatch(HYB_ERROR_CONFIG, where, "a domain created with its columns", "one without");
  for (int64_t i = 1; i <= grid.ncol(); ++i) {
    const int64_t column = grid.column(i);
    if (column > n)
      mismatch(HYB_ERROR_FILE, where, "columns up to " + std::to_string(column),
               std::to_string(n));
    corners_.push_back({{column - 1, column - 1, column - 1, column - 1}, {1, 0, 0, 0}});
  }
}

int64_t Horizontal::gather(const double *source, double *columns) const {
  int64_t missing = 0;
  for (size_t i = 0; i < corners_.size(); ++i) {
    double sum = 0, weights = 0;
    for (int c = 0; c < 4; ++c) {
      const double value = source[corners_[i].place[c]], weight = corners_[i].weight[c];
      if (weight == 0 || std::isnan(value)) continue;
      sum += weight * value;
      weights += weight;
    }
    missing += weights == 0;
    columns[i] = weights > 0 ? sum / weights : std::numeric_limits<double>::quiet_NaN();
  }
  return missing;
}

}  // namespace hyb
