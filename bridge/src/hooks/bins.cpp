// SPDX-License-Identifier: BSD-3-Clause
#include "hooks/bins.hpp"

#include <algorithm>
#include <cmath>

#include "error.hpp"
#include "hooks/option_keys.hpp"
#include "text.hpp"

namespace hyb {
namespace {

constexpr int64_t most_bands = 3600, most_bins_per_day = 1440;

void check_finite(const std::vector<double> &coordinate, double most, const std::string &where,
                  const std::string &what) {
  for (const double value : coordinate)
    if (!(std::abs(value) <= most))
      mismatch(HYB_ERROR_CONFIG, where,
               what + " within " + std::to_string(static_cast<int>(most)) + " degrees",
               std::to_string(value));
}

// Which of n equal parts of 0 to 1.
int64_t part(double fraction, int64_t n) {
  return std::min(n - 1, static_cast<int64_t>(fraction * static_cast<double>(n)));
}

double wrapped(double fraction) { return fraction - std::floor(fraction); }

}  // namespace

Bins::Bins(JsonTable &options, const Grid &grid) : where_(options.where()) {
  const std::string region =
      options.word("region", {"global", "latitude", "box", "column"}, "global");
  if (region == "latitude" || region == "box") place_by_latitude(options, grid);
  if (region == "box") place_in_boxes(options, grid);
  if (region == "column") place_by_column(options, grid);
  read_time_of_day(options, grid);
}

void Bins::place_by_latitude(JsonTable &options, const Grid &grid) {
  const std::string where = options.where("region");
  grid.need(grid.lat(), where, "latitudes");
  check_finite(grid.lat(), 90, where, "latitudes");
  regions_ = bands_ = read_count(options, "latitudes", most_bands, 18);
  for (const double lat : grid.lat())
    region_.push_back(static_cast<int32_t>(part((lat + 90) / 180, regions_)));
}

void Bins::place_in_boxes(JsonTable &options, const Grid &grid) {
  const std::string where = options.where("region");
  grid.need(grid.lon(), where, "longitudes");
  check_finite(grid.lon(), 720, where, "longitudes");
  const int64_t n = read_count(options, "longitudes", most_bands, 36);
  regions_ *= n;
  for (size_t i = 0; i < region_.size(); ++i)
    region_[i] =
        static_cast<int32_t>(region_[i] * n + part(wrapped(grid.lon()[i] / 360), n));
}

void Bins::place_by_column(const JsonTable &options, const Grid &grid) {
  if (!grid.known())
    mismatch(HYB_ERROR_CONFIG, options.where("region"), "a domain created with its columns",
             "one without");
  by_column_ = true;
  regions_ = grid.ncol();
}

void Bins::read_time_of_day(JsonTable &options, const Grid &grid) {
  per_day_ = read_count(options, "bins_per_day", most_bins_per_day, 1);
  local_ = options.word("time_of_day", {"local", "utc"}, "local") == "local" && by_time();
  if (!local_) return;
  grid.need(grid.lon(), options.where("time_of_day"), "longitudes");
  check_finite(grid.lon(), 720, options.where("time_of_day"), "longitudes");
  for (const double lon : grid.lon()) shift_.push_back(lon / 360);
}

double Bins::time(const Clock &clock) const {
  if (!by_time()) return 0;
  const double seconds = clock.time_of_day();
  if (seconds < 0)
    mismatch(HYB_ERROR_CONFIG, where_ + ": bins_per_day",
             "steps whose date has a time, such as '2000-01-31T06:00:00'",
             in_quotes(clock.date));
  return seconds / 86400;
}

int64_t Bins::region(int64_t column) const {
  if (by_column_) return column;
  return region_.empty() ? 0 : region_[static_cast<size_t>(column)];
}

double Bins::local_time(int64_t column, double time) const {
  return wrapped(shift_.empty() ? time : time + shift_[static_cast<size_t>(column)]);
}

int64_t Bins::bin(int64_t column, double time) const {
  return part(local_time(column, time), per_day_) * regions_ + region(column);
}

Bins::Between Bins::between(int64_t column, double time) const {
  const int64_t place = region(column);
  if (!by_time()) return {place, place, 0};
  const double n = static_cast<double>(per_day_);
  const double from_middle = local_time(column, time) * n - 0.5;
  const double before = std::floor(from_middle);
  const int64_t bin = static_cast<int64_t>(before) + per_day_;
  return {bin % per_day_ * regions_ + place, (bin + 1) % per_day_ * regions_ + place,
          from_middle - before};
}

std::vector<double> Bins::layout() const {
  return {by_column_ ? 1.0 : 0.0, by_column_ ? 0.0 : static_cast<double>(regions_),
          static_cast<double>(bands_), static_cast<double>(per_day_), local_ ? 1.0 : 0.0};
}

}  // namespace hyb
