// SPDX-License-Identifier: BSD-3-Clause
// Least squares on predictors and a constant, with exponential forgetting: what recursive least
// squares (Plackett 1950, doi:10.1093/biomet/37.1-2.149) would arrive at, from moments that keep
// their accuracy instead of a recursion for an inverse that loses it. The penalty (Hoerl and
// Kennard 1970, doi:10.1080/00401706.1970.10488634) is relative to predictors of unit variance.
#pragma once

#include <array>

#include "hooks/estimator.hpp"

namespace hyb {

class Ridge : public Estimator {
 public:
  Ridge(double penalty, double least_samples, std::vector<std::string> predictors)
      : penalty_(penalty), least_samples_(least_samples), predictors_(std::move(predictors)) {}

  void estimate(const Moments &moments, int64_t cell, Estimates &estimates) const override;
  nlohmann::json describe(const Moments &moments, int64_t cell) const override;

 private:
  // By predictor: what its values are divided by (0: it does not vary), and the slope of what was
  // wanted on the result.
  struct Solution {
    std::array<double, Moments::most_variables> deviation, slope;
  };
  Solution solve(const Moments &moments, int64_t cell) const;

  double penalty_, least_samples_;
  std::vector<std::string> predictors_;
};

}  // namespace hyb
