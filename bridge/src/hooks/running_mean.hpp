// SPDX-License-Identifier: BSD-3-Clause
// The exponential mean of what was wanted. As a mean of those samples that were seen it is without
// bias from the first one on (Danforth, Kalnay and Miyoshi 2007, doi:10.1175/MWR3289.1, correct a
// model by the mean of its increments).
#pragma once

#include "hooks/estimator.hpp"

namespace hyb {

class RunningMean : public Estimator {
 public:
  explicit RunningMean(double least_samples) : least_samples_(least_samples) {}

  void estimate(const Moments &moments, int64_t cell, Estimates &estimates) const override;
  nlohmann::json describe(const Moments &moments, int64_t cell) const override;

 private:
  double least_samples_;  // of a bin that adds anything
};

}  // namespace hyb
