// SPDX-License-Identifier: BSD-3-Clause
// Budgets over the columns of a run: by how much the emulator missed each, and what hooks added to it.
#pragma once

#include <cstdint>
#include <mutex>
#include <nlohmann/json.hpp>
#include <vector>

#include "constraints/constraint.hpp"
#include "guards/verdict.hpp"
#include "state.hpp"

namespace hyb {

class BudgetCounts {
 public:
  enum What { imbalance, added_by_hooks, kinds };

  explicit BudgetCounts(const std::vector<Constraints::BudgetFacts> &budgets)
      : budgets_(budgets), sums_(budgets.size() * kinds * nsum, 0.0) {}

  // One value for each column of a block; columns that are rejected do not count.
  void add(What what, size_t budget, const double *by_column, const Verdict &verdict);

  // n, sum and sum of squares, by budget and what; and in words.
  std::vector<double> counters() const;
  nlohmann::json told(const std::vector<double> &counters) const;
  void state(State &state);

 private:
  static constexpr size_t nsum = 3;
  static nlohmann::json told(const double *sums);

  const std::vector<Constraints::BudgetFacts> &budgets_;
  mutable std::mutex mutex_;
  std::vector<double> sums_;
};

}  // namespace hyb
