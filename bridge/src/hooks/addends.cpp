// SPDX-License-Identifier: BSD-3-Clause
#include "hooks/addends.hpp"

#include "error.hpp"

namespace hyb {

void Addends::start(int64_t nsum) {
  nsum_ = nsum;
  parts_.clear();
  values_.clear();
  failure_.clear();
}

void Addends::take(int64_t sum, int64_t n, const double *values) {
  if (sum < 0 || sum >= nsum_)
    mismatch(HYB_ERROR_GUARD, "sum", "0 to " + std::to_string(nsum_ - 1), std::to_string(sum));
  if (n < 0 || (n > 0 && !values))
    mismatch(HYB_ERROR_GUARD, "values of a sum", "0 or more",
             n < 0 ? std::to_string(n) : "a null pointer");
  parts_.push_back({sum, n});
  values_.insert(values_.end(), values, values + n);
}

void Addends::give(Adder &adder) const {
  adder.add(0, failure_.empty() ? 0 : 1);
  if (!failure_.empty()) return;
  const double *value = values_.data();
  for (const Part &part : parts_)
    for (int64_t i = 0; i < part.n; ++i) adder.add(static_cast<size_t>(part.sum) + 1, *value++);
}

}  // namespace hyb
