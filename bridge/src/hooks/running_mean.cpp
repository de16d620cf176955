// SPDX-License-Identifier: BSD-3-Clause
#include "hooks/running_mean.hpp"

#include <cmath>

namespace hyb {

void RunningMean::estimate(const Moments &moments, int64_t cell, Estimates &estimates) const {
  if (moments.count(cell) >= least_samples_) estimates.set(cell, moments.mean(0, cell));
}

nlohmann::json RunningMean::describe(const Moments &moments, int64_t cell) const {
  return {{"deviation", std::sqrt(moments.covariance(0, 0, cell))}};
}

}  // namespace hyb
