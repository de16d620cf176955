// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hybrid.h"

namespace hyb {

// The columns of this process; copies, since no pointer outlives the call it was passed to.
class Grid {
 public:
  explicit Grid(const hyb_grid *grid);

  // Global index (from 1) of the local column `local` (from 1).
  int64_t column(int64_t local) const {
    return column_.empty() ? local : column_[static_cast<size_t>(local - 1)];
  }

  // Whether the host said which columns there are; ncol is 0 if not.
  bool known() const { return known_; }
  int64_t ncol() const { return ncol_; }

  // Fails unless columns first .. first+ncol-1 exist.
  void check(int64_t first, int64_t ncol) const;

  // Fails if the host did not give that coordinate, `what`, of its columns.
  void need(const std::vector<double> &coordinate, const std::string &where,
            const std::string &what) const;

  const std::vector<double> &lat() const { return lat_; }
  const std::vector<double> &lon() const { return lon_; }
  const std::vector<double> &area() const { return area_; }

 private:
  bool known_ = false;
  int64_t ncol_ = 0;
  std::vector<int64_t> column_;
  std::vector<double> lat_, lon_, area_;
};

}  // namespace hyb
