// SPDX-License-Identifier: BSD-3-Clause
// From the grid of a file to the columns of a domain: four places with weights, or one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "grid.hpp"

namespace hyb {

class Horizontal {
 public:
  // From latitudes (either way round) and longitudes (eastward) [degrees], a place being
  // latitude * nlon + longitude. Bilinear, else the nearest; beyond the last latitude that one's.
  // Fails with HYB_ERROR_FILE if the coordinates are out of order or do not reach a column.
  Horizontal(const std::vector<double> &lat, const std::vector<double> &lon, bool bilinear,
             const Grid &grid, const std::string &where);

  // From n global columns; fails if the domain has others.
  Horizontal(int64_t n, const Grid &grid, const std::string &where);

  int64_t nsource() const { return nsource_; }
  int64_t ncol() const { return static_cast<int64_t>(corners_.size()); }

  // From [nsource] to [ncol]. Missing values (NaN) do not count where others do. Returns the number
  // of columns that have none but these.
  int64_t gather(const double *source, double *columns) const;

 private:
  struct Corners {
    int64_t place[4];
    double weight[4];
  };

  int64_t nsource_;
  std::vector<Corners> corners_;  // by column
};

}  // namespace hyb
