// SPDX-License-Identifier: BSD-3-Clause
// Where a sample belongs: the region of its column and the time of its day.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "clock.hpp"
#include "grid.hpp"
#include "json_table.hpp"

namespace hyb {

class Bins {
 public:
  // Reads region, latitudes, longitudes, bins_per_day and time_of_day. Fails if the grid does not
  // know what these need.
  Bins(JsonTable &options, const Grid &grid);

  int64_t size() const { return regions_ * per_day_; }
  // Every column is a region; else the regions are those of all ranks.
  bool by_column() const { return by_column_; }
  bool by_time() const { return per_day_ > 1; }

  // Of the day in UTC, 0 to 1; 0 without bins of the day. Fails if they need it and the date has
  // none.
  double time(const Clock &clock) const;

  // The bin of a column, from 0.
  int64_t bin(int64_t column, double time) const;

  // The bins whose middles are before and after the time, and the weight of the latter.
  struct Between {
    int64_t before, after;
    double weight;
    bool operator==(const Between &other) const {
      return before == other.before && after == other.after && weight == other.weight;
    }
  };
  Between between(int64_t column, double time) const;

  // What a restart has to agree with.
  std::vector<double> layout() const;

 private:
  void place_by_latitude(JsonTable &options, const Grid &grid);
  void place_in_boxes(JsonTable &options, const Grid &grid);
  void place_by_column(const JsonTable &options, const Grid &grid);
  void read_time_of_day(JsonTable &options, const Grid &grid);
  int64_t region(int64_t column) const;
  double local_time(int64_t column, double time) const;

  std::string where_;
  bool by_column_ = false, local_ = false;
  int64_t regions_ = 1, bands_ = 1, per_day_ = 1;
  std::vector<int32_t> region_;  // by column; empty: as by_column_ says, or one for all
  std::vector<double> shift_;    // of local time, in days by column; empty: UTC
};

}  // namespace hyb
