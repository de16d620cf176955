// SPDX-License-Identifier: BSD-3-Clause
// The bias of a bin and its variance, by a scalar Kalman filter (Kalman 1960,
// doi:10.1115/1.3662552; for the bias of a model, Dee and da Silva 1998,
// doi:10.1002/qj.49712454512). The bias b walks at random; the mean of n samples observes it:
//   P <- P + drift^2 days,  K = P / (P + error^2 / n),  b <- b + K (mean - b),  P <- (1 - K) P
#pragma once

#include <vector>

#include "hooks/estimator.hpp"

namespace hyb {

struct KalmanOptions {
  double initial;  // standard deviation of the bias before any sample
  double drift;    // of its change in one day
  double error;    // of one sample; 0: from the samples of the bin
};

class Kalman : public Estimator {
 public:
  explicit Kalman(const KalmanOptions &options) : options_(options) {}

  void resize(int64_t ncell) override;
  void observe(const Moments &moments, int64_t cell, double n, double mean, double days) override;
  void estimate(const Moments &moments, int64_t cell, Estimates &estimates) const override;
  void state(const CellVisitor &visit) override;
  nlohmann::json describe(const Moments &moments, int64_t cell) const override;

 private:
  double error_variance(const Moments &moments, int64_t cell) const;

  KalmanOptions options_;
  std::vector<double> bias_, variance_;  // [cell]
};

}  // namespace hyb
