// SPDX-License-Identifier: BSD-3-Clause
// Which columns of a scheme were rejected in the open step, for the schemes that are coupled to it.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "guards/verdict.hpp"

namespace hyb {

class Rejections {
 public:
  explicit Rejections(int64_t ncol) : columns_(static_cast<size_t>(ncol)) {}

  // Columns are local, from 1; `turn` numbers the steps, from 1. False if another scheme had asked
  // for one of these columns before it was judged in this step.
  bool publish(const Verdict &verdict, int64_t first, int64_t turn) {
    bool in_time = true;
    for (int64_t i = 0; i < verdict.ncol(); ++i) {
      Column &column = columns_[static_cast<size_t>(first - 1 + i)];
      in_time = in_time && (!is(column.asked, turn) || is(column.judged, turn));
      column.judged.store(turn, std::memory_order_relaxed);
      if (verdict.weight(i) == 0) column.rejected.store(turn, std::memory_order_relaxed);
    }
    return in_time;
  }
  void carry_over(Verdict &verdict, int64_t first, int64_t turn) {
    for (int64_t i = 0; i < verdict.ncol(); ++i) {
      Column &column = columns_[static_cast<size_t>(first - 1 + i)];
      column.asked.store(turn, std::memory_order_relaxed);
      if (is(column.rejected, turn)) verdict.reject(i);
    }
  }

 private:
  using Turn = std::atomic<int64_t>;
  struct Column {  // the last step in which it was ...; 0: none
    Turn judged{0}, rejected{0}, asked{0};
  };

  static bool is(const Turn &last, int64_t turn) {
    return last.load(std::memory_order_relaxed) == turn;
  }

  std::vector<Column> columns_;
};

}  // namespace hyb
