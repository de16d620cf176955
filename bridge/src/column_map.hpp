// SPDX-License-Identifier: BSD-3-Clause
// The columns of all ranks of a domain, by global index, and where this process's are among them.
#pragma once

#include <cstdint>
#include <vector>

#include "communicator.hpp"
#include "grid.hpp"

namespace hyb {

class ColumnMap {
 public:
  // Collective.
  ColumnMap(const Communicator &communicator, const Grid &grid);

  // Global indices, each once, ascending. There may be gaps.
  const std::vector<int64_t> &columns() const { return columns_; }

  // The values of all columns, in that order, from each rank's own. Where ranks have the same
  // column (a halo), the first of them counts. Collective.
  std::vector<double> gathered(const double *own) const;

  // This process's values out of those of all columns.
  void take(const double *all, double *own) const;

 private:
  std::vector<int64_t> indices_of_all(const Grid &grid, int64_t &first) const;

  const Communicator &communicator_;
  std::vector<int64_t> columns_;
  std::vector<size_t> place_;   // in columns_, of each own column
  std::vector<uint8_t> first_;  // no earlier rank has it
};

}  // namespace hyb
