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
  explicit Rejections(int64_t ncol) : steps_(static_cast<size_t>(ncol)) {}

  // Columns are local, from 1; `turn` numbers the steps, from 1.
  void publish(const Verdict &verdict, int64_t first, int64_t turn) {
    for (int64_t i = 0; i < verdict.ncol() && !verdict.clean(); ++i)
      if (verdict.weight(i) == 0)
        steps_[static_cast<size_t>(first - 1 + i)].store(turn, std::memory_order_relaxed);
  }
  void carry_over(Verdict &verdict, int64_t first, int64_t turn) const {
    for (int64_t i = 0; i < verdict.ncol(); ++i)
      if (steps_[static_cast<size_t>(first - 1 + i)].load(std::memory_order_relaxed) == turn)
        verdict.reject(i);
  }

 private:
  std::vector<std::atomic<int64_t>> steps_;
};

}  // namespace hyb
