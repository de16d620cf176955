// SPDX-License-Identifier: BSD-3-Clause
#include "column_map.hpp"

#include <algorithm>
#include <cstring>

namespace hyb {
namespace {

// Number of the first entry of a rank, if each has as many as it says.
int64_t begin_of(const std::vector<int64_t> &numbers, int32_t rank) {
  int64_t sum = 0;
  for (int32_t other = 0; other < rank; ++other) sum += numbers[static_cast<size_t>(other)];
  return sum;
}

}  // namespace

// Rank after rank; this one's begin at `first`.
std::vector<int64_t> ColumnMap::indices_of_all(const Grid &grid, int64_t &first) const {
  const int32_t size = communicator_.reduces() ? communicator_.size() : 1;
  const int32_t rank = size > 1 ? communicator_.rank() : 0;
  std::vector<int64_t> numbers(static_cast<size_t>(size), 0);
  numbers[static_cast<size_t>(rank)] = grid.ncol();
  communicator_.sum(numbers.data(), size);
  first = begin_of(numbers, rank);
  std::vector<int64_t> indices(static_cast<size_t>(begin_of(numbers, size)), 0);
  for (int64_t i = 0; i < grid.ncol(); ++i)
    indices[static_cast<size_t>(first + i)] = grid.column(i + 1);
  communicator_.sum(indices.data(), static_cast<int64_t>(indices.size()));
  return indices;
}

ColumnMap::ColumnMap(const Communicator &communicator, const Grid &grid)
    : communicator_(communicator) {
  int64_t first = 0;
  const std::vector<int64_t> indices = indices_of_all(grid, first);
  columns_ = indices;
  std::sort(columns_.begin(), columns_.end());
  columns_.erase(std::unique(columns_.begin(), columns_.end()), columns_.end());
  std::vector<uint8_t> held(columns_.size(), 0);  // by an earlier rank
  for (size_t i = 0; i < indices.size(); ++i) {
    const auto found = std::lower_bound(columns_.begin(), columns_.end(), indices[i]);
    const size_t place = static_cast<size_t>(found - columns_.begin());
    const int64_t own = static_cast<int64_t>(i) - first;
    if (own >= 0 && own < grid.ncol()) {
      place_.push_back(place);
      first_.push_back(held[place] == 0);
    }
    held[place] = 1;
  }
}

// Bit patterns, all zero but on one rank: their sum is exact, for NaN and -0.0 too.
std::vector<double> ColumnMap::gathered(const double *own) const {
  std::vector<int64_t> bits(columns_.size(), 0);
  for (size_t i = 0; i < place_.size(); ++i)
    if (first_[i]) std::memcpy(&bits[place_[i]], &own[i], sizeof(double));
  communicator_.sum(bits.data(), static_cast<int64_t>(bits.size()));
  std::vector<double> values(bits.size());
  if (!bits.empty()) std::memcpy(values.data(), bits.data(), bits.size() * sizeof(double));
  return values;
}

void ColumnMap::take(const double *all, double *own) const {
  for (size_t i = 0; i < place_.size(); ++i) own[i] = all[place_[i]];
}

}  // namespace hyb
