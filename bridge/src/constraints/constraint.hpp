// SPDX-License-Identifier: BSD-3-Clause
// Operators that make outputs obey physics exactly, declared in the card or the configuration
// (docs/constraints.md). Budgets and bounds share outputs, so all of a scheme are met together;
// what follows from fluxes comes last.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "values.hpp"

namespace hyb {

// One constraint as it was declared. `where` and `status` are those of messages; `flipped`: its
// levels are counted from the other end than the host's, as those of a card of the other
// orientation are.
struct ConstraintSource {
  nlohmann::json object;
  std::string where;
  int32_t status;
  bool flipped = false;
};

// What one call keeps from block to block, so that nothing is allocated for a shape seen before,
// and what the last block was found to be.
class ConstraintWork {
 public:
  ConstraintWork();
  ~ConstraintWork();
  ConstraintWork(ConstraintWork &&) noexcept;
  ConstraintWork &operator=(ConstraintWork &&) noexcept;

  // By column: 0, or 1 + the place of a constraint that is not met.
  std::vector<uint8_t> unmet;

  // [budget][column], in the budget's unit: by how much the emulator missed it. NaN where it cannot
  // be said.
  std::vector<double> imbalance;

  struct Plan;
  std::unique_ptr<Plan> plan;
};

class Constraints {
 public:
  // Asks `fields` for what it reads.
  Constraints(const std::vector<ConstraintSource> &sources, ValueFields &fields);
  ~Constraints();
  Constraints(Constraints &&) noexcept;

  // In the order in which they were declared.
  const std::vector<std::string> &names() const;

  // Changes the outputs of columns that are not rejected, whose results do not depend on the other
  // columns of the block. A column in which a constraint cannot be met keeps its outputs and is
  // marked. Any number of threads at once, each with its own work. Fails where a field has not the
  // shape that a constraint needs, or the call has none of it.
  void apply(BlockValues &values, ConstraintWork &work) const;

  // Budgets, enforced or not: name, unit, place among the constraints.
  struct BudgetFacts {
    std::string name, unit;
    size_t constraint;
    bool enforced;
  };
  const std::vector<BudgetFacts> &budgets() const;

  // What increments of outputs add to a budget, by column. `outputs` are the places of the outputs
  // that `increments` belong to. NaN where a measure is not above 0.
  void added(size_t budget, const BlockValues &values, const std::vector<size_t> &outputs,
             const std::vector<FieldValues> &increments, std::vector<double> &sums) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace hyb
