// SPDX-License-Identifier: BSD-3-Clause
// A variable of a NetCDF file at the columns of a domain, at the times before and after a date. Its
// dimensions: (time, level, latitude, longitude) or (time, level, column); time and level may be
// missing.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "clock.hpp"
#include "grid.hpp"
#include "hooks/horizontal.hpp"
#include "hooks/time_axis.hpp"
#include "hybrid_plugin.h"

namespace hyb {

// A variable that is open. Failures come with HYB_ERROR_FILE.
class ArrayFile {
 public:
  ArrayFile(const hyb_storage *storage, const std::string &path, const std::string &name,
            const std::string &where);
  ~ArrayFile();
  ArrayFile(const ArrayFile &) = delete;
  ArrayFile &operator=(const ArrayFile &) = delete;

  const hyb_array &shape() const { return *shape_; }
  void read(const int64_t *start, const int64_t *count, double *data) const;
  std::vector<double> values() const;

 private:
  const hyb_storage *storage_;
  std::string where_;
  void *file_ = nullptr;
  const hyb_array *shape_ = nullptr;
};

struct SeriesOptions {
  std::string path, variable, where;
  bool cyclic = false, bilinear = true;
  bool missing = false;  // may be; else a column without a value is a failure
};

class Series {
 public:
  Series(SeriesOptions options, const hyb_storage *storage, const Grid &grid);

  const std::string &unit() const { return unit_; }
  int64_t nlevel() const { return nlevel_; }
  int64_t ncol() const { return horizontal_->ncol(); }
  bool has_times() const { return times_.has_value(); }

  // Reads what the date needs and is not there yet.
  void load(const Clock &clock);

  // At the date that was loaded; level from 0, column of the domain from 0. NaN where missing.
  double at(int64_t level, int64_t column) const;

 private:
  struct Slice {
    int64_t time = -1;           // place, -1: nothing
    std::vector<double> values;  // [level][column]
  };

  // Of a dimension: its coordinate variable's unit, "" if it has none.
  std::string unit_of(int32_t dimension) const;
  std::vector<double> coordinate(int32_t dimension) const;
  int32_t read_time();
  int32_t read_horizontal(int32_t first, const Grid &grid);
  void fetch(Slice &slice, int64_t time);
  void read_source(int64_t time);

  SeriesOptions options_;
  const hyb_storage *storage_;
  ArrayFile file_;
  std::string where_, unit_;
  std::optional<TimeAxis> times_;
  std::optional<Horizontal> horizontal_;
  int64_t nlevel_ = 1;
  std::vector<double> source_;  // [level][place in the file's grid]
  Slice before_, after_;
  double weight_ = 0;  // of after_
};

}  // namespace hyb
