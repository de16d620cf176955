// SPDX-License-Identifier: BSD-3-Clause
// Columns of the domain that calls have marked, each call its own, any number of threads at once.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "error.hpp"
#include "state.hpp"
#include "text.hpp"

namespace hyb {

class ColumnMarks {
 public:
  explicit ColumnMarks(int64_t ncol) : marks_(static_cast<size_t>(ncol)) {}

  // Columns are those of the domain, from 0.
  void set(int64_t column, bool mark = true) {
    marks_[static_cast<size_t>(column)].store(mark, std::memory_order_relaxed);
  }
  bool at(int64_t column) const {
    return marks_[static_cast<size_t>(column)].load(std::memory_order_relaxed);
  }

  // Those that are marked, ascending; none is afterwards.
  std::vector<int64_t> take() {
    std::vector<int64_t> columns;
    for (size_t i = 0; i < marks_.size(); ++i)
      if (marks_[i].exchange(false, std::memory_order_relaxed))
        columns.push_back(static_cast<int64_t>(i));
    return columns;
  }

  void state(State &state, const std::string &name) {
    std::vector<double> values(marks_.begin(), marks_.end());
    state.columns(name, values);
    if (values.size() != marks_.size())
      mismatch(HYB_ERROR_STATE, in_quotes(name), "one row", std::to_string(values.size()) +
               " values of " + std::to_string(marks_.size()) + " columns");
    for (size_t i = 0; i < marks_.size(); ++i) marks_[i] = values[i] != 0;
  }

 private:
  std::vector<std::atomic<bool>> marks_;
};

}  // namespace hyb
