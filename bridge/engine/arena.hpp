// SPDX-License-Identifier: BSD-3-Clause
// Which bytes of a column's working memory hold which value, and until when.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace hybrid_builtin {

class Arena {
 public:
  // The first gap that is large enough.
  int64_t take(int64_t bytes) {
    int64_t offset = 0;
    auto next = taken_.begin();
    for (; next != taken_.end() && next->begin - offset < bytes; ++next) offset = next->end;
    taken_.insert(next, {offset, offset + bytes});
    size_ = std::max(size_, offset + bytes);
    return offset;
  }

  void give_back(int64_t offset) {
    taken_.erase(std::find_if(taken_.begin(), taken_.end(),
                              [=](const Range &range) { return range.begin == offset; }));
  }

  // The most that was taken at a time.
  int64_t size() const { return size_; }

 private:
  struct Range {
    int64_t begin, end;
  };
  std::vector<Range> taken_;  // ascending
  int64_t size_ = 0;
};

}  // namespace hybrid_builtin
