// SPDX-License-Identifier: BSD-3-Clause
#include "hooks/series.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "error.hpp"
#include "plugin.hpp"
#include "text.hpp"

namespace hyb {
namespace {

// As in CF, sections 4.1 and 4.2.
bool is_latitude(const std::string &unit) {
  static const std::set<std::string> units = {"degrees_north", "degree_north", "degrees_N",
                                              "degree_N", "degreesN", "degreeN"};
  return units.count(unit) != 0;
}

bool is_longitude(const std::string &unit) {
  static const std::set<std::string> units = {"degrees_east", "degree_east", "degrees_E",
                                              "degree_E", "degreesE", "degreeE"};
  return units.count(unit) != 0;
}

bool is_time(const std::string &unit) { return unit.find(" since ") != std::string::npos; }

void check(int32_t status, const hyb_message &message, const std::string &where) {
  try {
    check_plugin(status, message);
  } catch (const Error &error) {
    fail(error.status(), where + ": " + error.what());
  }
}

std::string dimensions_of(const hyb_array &shape) {
  std::string names;
  for (int32_t i = 0; i < shape.rank; ++i)
    names += (i > 0 ? ", " : "") + std::string(shape.dimension[i]);
  return "(" + names + ")";
}

}  // namespace

ArrayFile::ArrayFile(const hyb_storage *storage, const std::string &path, const std::string &name,
                     const std::string &where)
    : storage_(storage), where_(where) {
  hyb_message message{};
  check(storage_->open_array(path.c_str(), name.c_str(), &file_, &shape_, &message), message,
        where_);
}

ArrayFile::~ArrayFile() { storage_->close_array(file_); }

void ArrayFile::read(const int64_t *start, const int64_t *count, double *data) const {
  hyb_message message{};
  check(storage_->read_array(file_, start, count, data, &message), message, where_);
}

std::vector<double> ArrayFile::values() const {
  const int64_t start[4] = {0, 0, 0, 0};
  const int64_t n = std::accumulate(shape_->extent, shape_->extent + shape_->rank, int64_t{1},
                                    std::multiplies<int64_t>());
  std::vector<double> values(static_cast<size_t>(n));
  read(start, shape_->extent, values.data());
  return values;
}

Series::Series(SeriesOptions options, const hyb_storage *storage, const Grid &grid)
    : options_(std::move(options)),
      storage_(storage),
      file_(storage, options_.path, options_.variable, options_.where),
      where_(options_.where + ": " + in_quotes(options_.variable) + " of " +
             in_quotes(options_.path)),
      unit_(file_.shape().unit) {
  const hyb_array &shape = file_.shape();
  const int32_t first = read_time(), last = read_horizontal(first, grid);
  if (!horizontal_ || last - first > 1)
    mismatch(HYB_ERROR_FILE, where_,
             "dimensions (time, level, latitude, longitude) or (time, level, column), without time "
             "or level if there is none",
             dimensions_of(shape));
  if (last > first) nlevel_ = shape.extent[first];
  source_.resize(static_cast<size_t>(nlevel_ * horizontal_->nsource()));
  if (!times_) fetch(before_, 0);
}

std::string Series::unit_of(int32_t dimension) const {
  try {
    const ArrayFile file(storage_, options_.path, file_.shape().dimension[dimension], where_);
    return file.shape().unit;
  } catch (const Error &) {
    return "";
  }
}

std::vector<double> Series::coordinate(int32_t dimension) const {
  const char *name = file_.shape().dimension[dimension];
  const ArrayFile file(storage_, options_.path, name, where_);
  if (file.shape().rank != 1)
    mismatch(HYB_ERROR_FILE, where_ + ": coordinate " + in_quotes(name), "1 dimension",
             std::to_string(file.shape().rank));
  return file.values();
}

// Returns how many dimensions that were.
int32_t Series::read_time() {
  if (file_.shape().rank == 0 || !is_time(unit_of(0))) return 0;
  const char *name = file_.shape().dimension[0];
  const ArrayFile file(storage_, options_.path, name, where_);
  times_.emplace(coordinate(0), file.shape().unit, file.shape().calendar, options_.cyclic,
                 where_ + ": " + name);
  return 1;
}

// Returns the first of the dimensions that were; all of them if a time or half a grid is where
// columns or levels should be.
int32_t Series::read_horizontal(int32_t first, const Grid &grid) {
  const hyb_array &shape = file_.shape();
  const int32_t rank = shape.rank, n = rank - first;
  const bool on_grid =
      n >= 2 && is_latitude(unit_of(rank - 2)) && is_longitude(unit_of(rank - 1));
  const int32_t last = rank - (on_grid ? 2 : 1);
  for (int32_t i = first; i < (on_grid ? last : rank); ++i)
    if (is_latitude(unit_of(i)) || is_longitude(unit_of(i)) || is_time(unit_of(i))) return rank;
  if (on_grid)
    horizontal_.emplace(coordinate(rank - 2), coordinate(rank - 1), options_.bilinear, grid,
                        where_);
  else if (n == 1 || n == 2)
    horizontal_.emplace(shape.extent[last], grid, where_);
  return last;
}

void Series::load(const Clock &clock) {
  if (!times_) return;
  const TimeAxis::Between now = times_->at(clock.date);
  if (before_.time != now.before && after_.time == now.before) std::swap(before_, after_);
  fetch(before_, now.before);
  fetch(after_, now.after);
  weight_ = now.weight;
}

void Series::read_source(int64_t time) {
  const hyb_array &shape = file_.shape();
  int64_t start[4] = {0, 0, 0, 0}, count[4];
  std::copy(shape.extent, shape.extent + 4, count);
  if (times_) {
    start[0] = time;
    count[0] = 1;
  }
  file_.read(start, count, source_.data());
}

void Series::fetch(Slice &slice, int64_t time) {
  if (slice.time == time) return;
  slice.time = -1;
  slice.values.resize(static_cast<size_t>(nlevel_ * ncol()));
  read_source(time);
  for (int64_t level = 0; level < nlevel_; ++level) {
    const int64_t missing = horizontal_->gather(&source_[level * horizontal_->nsource()],
                                                &slice.values[level * ncol()]);
    if (missing > 0 && !options_.missing)
      mismatch(HYB_ERROR_FILE,
               where_ + ": time " + std::to_string(time + 1) + ", level " +
                   std::to_string(level + 1),
               "a value for every column, or the key missing = \"skip\"",
               "none for " + std::to_string(missing) + " columns");
  }
  slice.time = time;
}

double Series::at(int64_t level, int64_t column) const {
  const size_t place = static_cast<size_t>(level * ncol() + column);
  const double before = before_.values[place];
  return weight_ > 0 ? before + weight_ * (after_.values[place] - before) : before;
}

}  // namespace hyb
