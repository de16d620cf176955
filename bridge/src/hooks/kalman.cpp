// SPDX-License-Identifier: BSD-3-Clause
#include "hooks/kalman.hpp"

#include <cmath>

namespace hyb {

void Kalman::resize(int64_t ncell) {
  bias_.assign(static_cast<size_t>(ncell), 0);
  variance_.assign(static_cast<size_t>(ncell), options_.initial * options_.initial);
}

double Kalman::error_variance(const Moments &moments, int64_t cell) const {
  return options_.error > 0 ? options_.error * options_.error : moments.covariance(0, 0, cell);
}

// A first sample alone tells nothing of its error: the bin waits for a second one.
void Kalman::observe(const Moments &moments, int64_t cell, double n, double mean, double days) {
  double &bias = bias_[static_cast<size_t>(cell)], &variance = variance_[static_cast<size_t>(cell)];
  variance += options_.drift * options_.drift * days;
  if (!(options_.error > 0) && moments.count(cell) < 2) return;
  const double total = variance + error_variance(moments, cell) / n;
  const double gain = total > 0 ? variance / total : 0;
  bias += gain * (mean - bias);
  variance *= 1 - gain;
}

void Kalman::estimate(const Moments &, int64_t cell, Estimates &estimates) const {
  estimates.set(cell, bias_[static_cast<size_t>(cell)]);
}

void Kalman::state(const CellVisitor &visit) {
  visit("bias", bias_, 1);
  visit("variance", variance_, 1);
}

nlohmann::json Kalman::describe(const Moments &moments, int64_t cell) const {
  return {{"bias", bias_[static_cast<size_t>(cell)]},
          {"variance", variance_[static_cast<size_t>(cell)]},
          {"error", std::sqrt(error_variance(moments, cell))}};
}

}  // namespace hyb
