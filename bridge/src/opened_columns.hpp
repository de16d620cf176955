// SPDX-License-Identifier: BSD-3-Clause
// Which columns a scheme's calls were opened for in the open step, any number of threads at once. One
// that comes twice has mostly a wrong `first`: everything kept by column would be of another one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <vector>

namespace hyb {

class OpenedColumns {
 public:
  // Columns first to first+ncol-1, in the step of number `turn`. False if one of them was there.
  bool add(int64_t first, int64_t ncol, int64_t turn) {
    if (ncol == 0) return true;
    const std::lock_guard<std::mutex> lock(mutex_);
    if (turn_ != turn) runs_.clear();  // keeps its memory
    turn_ = turn;
    return insert({first, first + ncol});
  }

 private:
  struct Run {
    int64_t begin, end;
  };

  // Neighbours become one, so blocks in order need no room.
  bool insert(Run run) {
    const auto next = std::lower_bound(runs_.begin(), runs_.end(), run.begin,
                                       [](const Run &a, int64_t begin) { return a.end <= begin; });
    if (next != runs_.end() && next->begin < run.end) return false;
    const bool after = next != runs_.begin() && (next - 1)->end == run.begin;
    const bool before = next != runs_.end() && next->begin == run.end;
    if (after && before) {
      (next - 1)->end = next->end;
      runs_.erase(next);
    } else if (after) {
      (next - 1)->end = run.end;
    } else if (before) {
      next->begin = run.begin;
    } else {
      runs_.insert(next, run);
    }
    return true;
  }

  std::mutex mutex_;
  std::vector<Run> runs_;  // apart from each other, ascending
  int64_t turn_ = 0;
};

}  // namespace hyb
