// SPDX-License-Identifier: BSD-3-Clause
#include "budget_counts.hpp"

#include <cmath>

#include "error.hpp"

namespace hyb {

void BudgetCounts::add(What what, size_t budget, const double *by_column,
                       const Verdict &verdict) {
  const std::lock_guard<std::mutex> lock(mutex_);
  double *sums = sums_.data() + (budget * kinds + what) * nsum;
  for (int64_t i = 0; i < verdict.ncol(); ++i) {
    const double value = by_column[i];
    if (verdict.weight(i) == 0 || !std::isfinite(value)) continue;
    sums[0] += 1;
    sums[1] += value;
    sums[2] += value * value;
  }
}

std::vector<double> BudgetCounts::counters() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return sums_;
}

void BudgetCounts::state(State &state) {
  std::vector<double> sums = counters();
  state.counters("sums", sums);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (sums.size() != sums_.size())
    mismatch(HYB_ERROR_STATE, "sums of budgets", std::to_string(sums_.size()),
             std::to_string(sums.size()));
  sums_ = std::move(sums);
}

nlohmann::json BudgetCounts::told(const double *sums) {
  if (sums[0] == 0) return nlohmann::json::object();
  return {{"n", sums[0]}, {"mean", sums[1] / sums[0]}, {"rms", std::sqrt(sums[2] / sums[0])}};
}

nlohmann::json BudgetCounts::told(const std::vector<double> &counters) const {
  nlohmann::json list = nlohmann::json::array();
  for (size_t budget = 0; budget < budgets_.size(); ++budget) {
    const double *own = counters.data() + budget * kinds * nsum;
    list.push_back({{"name", budgets_[budget].name},
                    {"unit", budgets_[budget].unit},
                    {"enforced", budgets_[budget].enforced},
                    {"imbalance", told(own + imbalance * nsum)},
                    {"added_by_hooks", told(own + added_by_hooks * nsum)}});
  }
  return list;
}

}  // namespace hyb
