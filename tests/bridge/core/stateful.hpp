// SPDX-License-Identifier: BSD-3-Clause
// A thing with state of every sort, as a hook or an alarm has it.
#pragma once

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "snapshot.hpp"

inline bool same_bits(const std::vector<double> &a, const std::vector<double> &b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

struct Stateful {
  int64_t count = 0;
  double weight = 0;
  std::vector<double> totals, by_column;  // by_column: [row][column]
  std::string last = "last";              // name of the last array

  void state(hyb::State &state) {
    state.number("clock/count", count);
    state.number("clock/weight", weight);
    state.columns("scheme/test/hook 1 (mean)/columns", by_column);
    state.shared("scheme/test/hook 1 (mean)/" + last, totals);
  }
  hyb::Visit visit() {
    return [this](hyb::State &all) { state(all); };
  }
  bool same_as(const Stateful &other) const {
    return count == other.count && std::memcmp(&weight, &other.weight, sizeof weight) == 0 &&
           same_bits(totals, other.totals) && same_bits(by_column, other.by_column);
  }
};

// Values that only an exact copy has, by global column: two rows.
inline Stateful learned(const std::vector<int64_t> &columns) {
  Stateful thing;
  thing.count = (int64_t{1} << 53) - 1;
  thing.weight = -0.0;
  thing.totals = {std::nan("7"), 5e-324, -1e308, INFINITY, 0.1};
  for (const double scale : {1.0, -0.0})
    for (const int64_t column : columns)
      thing.by_column.push_back(column % 3 == 0 ? std::nan("3")
                                                : scale / static_cast<double>(column));
  return thing;
}
