// SPDX-License-Identifier: BSD-3-Clause
#include "grid.hpp"

#include <unordered_set>

#include "axes.hpp"
#include "error.hpp"

namespace hyb {
namespace {

template <class T>
std::vector<T> copied(const T *values, int64_t n) {
  return values ? std::vector<T>(values, values + n) : std::vector<T>();
}

void check_columns(const std::vector<int64_t> &columns) {
  std::unordered_set<int64_t> seen;
  for (const int64_t column : columns) {
    if (column < 1)
      mismatch(HYB_ERROR_ARGUMENT, "grid: global column", "1 or more", std::to_string(column));
    if (!seen.insert(column).second)
      mismatch(HYB_ERROR_ARGUMENT, "grid: global columns", "each once",
               std::to_string(column) + " twice");
  }
}

}  // namespace

Grid::Grid(const hyb_grid *grid) {
  if (!grid) return;
  if (grid->size != sizeof(hyb_grid))
    mismatch(HYB_ERROR_ARGUMENT, "size of hyb_grid", std::to_string(sizeof(hyb_grid)),
             std::to_string(grid->size));
  if (grid->ncol < 0)
    mismatch(HYB_ERROR_ARGUMENT, "grid: ncol", "0 or more", std::to_string(grid->ncol));
  known_ = true;
  ncol_ = grid->ncol;
  column_ = copied(grid->column, ncol_);
  lat_ = copied(grid->lat, ncol_);
  lon_ = copied(grid->lon, ncol_);
  area_ = copied(grid->area, ncol_);
  check_columns(column_);
}

void Grid::check(int64_t first, int64_t ncol) const {
  if (ncol < 0 || ncol > most_extent)
    mismatch(HYB_ERROR_ARGUMENT, "ncol", "0 to " + std::to_string(most_extent),
             std::to_string(ncol));
  constexpr int64_t last_first = INT64_MAX - most_extent;
  if (first < 1 || first > last_first)
    mismatch(HYB_ERROR_ARGUMENT, "first",
             first < 1 ? "1 or more" : "at most " + std::to_string(last_first),
             std::to_string(first));
  if (known_ && first + ncol - 1 > ncol_)
    mismatch(HYB_ERROR_SHAPE, "last column of the block",
             "at most " + std::to_string(ncol_) + " (columns of the domain)",
             std::to_string(first + ncol - 1));
}

void Grid::need(const std::vector<double> &coordinate, const std::string &where,
                const std::string &what) const {
  if (coordinate.empty() && (!known_ || ncol_ > 0))
    mismatch(HYB_ERROR_CONFIG, where, what + " of the domain's columns", "none");
}

}  // namespace hyb
