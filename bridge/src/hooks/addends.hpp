// SPDX-License-Identifier: BSD-3-Clause
// What a hook of the user's gives to be added up over the columns of all ranks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reproducible_sums.hpp"

namespace hyb {

// Kept, as the hook is asked once and an adder twice. In front of the hook's sums goes the number
// of ranks on which it failed, so that every rank knows and none is missed where all add up.
class Addends {
 public:
  // For that many sums of the hook's.
  void start(int64_t nsum);
  void take(int64_t sum, int64_t n, const double *values);
  void fail(const std::string &message) { failure_ = message; }

  const std::string &failure() const { return failure_; }  // "" if there was none
  size_t size() const { return static_cast<size_t>(nsum_) + 1; }
  void give(Adder &adder) const;

 private:
  struct Part {
    int64_t sum, n;
  };
  int64_t nsum_ = 0;
  std::vector<Part> parts_;
  std::vector<double> values_;  // of all parts, one after another
  std::string failure_;
};

}  // namespace hyb
