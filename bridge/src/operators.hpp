// SPDX-License-Identifier: BSD-3-Clause
// The hooks and constraints of a scheme, on the physical values of a block.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <vector>

#include "budget_counts.hpp"
#include "card.hpp"
#include "config.hpp"
#include "constraints/constraint.hpp"
#include "hooks/pipeline.hpp"
#include "statistics.hpp"
#include "values.hpp"

namespace hyb {

// What operators need in one call; kept from call to call.
struct OperatorWork {
  HookWork hooks;
  ConstraintWork constraints;
  std::vector<Buffer> emulated;         // by output: as it was before any hook
  std::vector<size_t> places;           // of outputs that hooks added to,
  std::vector<FieldValues> increments;  // and what they added
  std::vector<double> sums;             // by column
};

class Operators {
 public:
  // `flips`: the host counts levels from the other end than the card.
  Operators(const SchemeConfig &config, const Card &card, bool flips, const Grid &grid,
            const std::string &plugins, Objector object);

  const ValueFields &fields() const { return fields_; }
  std::vector<std::unique_ptr<HookSlot>> &hooks() { return hooks_; }

  // Whether anything works on outputs.
  bool any() const { return !constraints_->names().empty() || has_phase(true); }
  bool vetoes() const { return has_phase(false); }
  bool learns(HookConfig::Source source) const;

  // Phase before: inputs are there, outputs are not.
  void before(const BlockValues &values, OperatorWork &work, Verdict &verdict, CallTimes &times);

  // Phase after, then constraints. `told` is called after each hook, with its number from 0 and
  // whether it added anything.
  using Told = std::function<void(size_t, bool)>;
  void apply(BlockValues &values, OperatorWork &work, Verdict &verdict, CallTimes &times,
             const Told &told);

  void step(const Clock &clock);

  // What hooks added, a list for each target of each; and such counters in words.
  std::vector<std::vector<double>> counters() const;
  nlohmann::json told(const std::vector<std::vector<double>> &counters) const;

  const BudgetCounts &budgets() const { return *budgets_; }

  // How hooks are now, in their order.
  nlohmann::json describe() const;
  nlohmann::json made_with(const std::string &emulator) const;
  void state(State &state, const std::string &emulator);  // the emulator's hash

 private:
  bool has_phase(bool after) const;
  void find_read_later();
  void keep_emulated(BlockValues &values, OperatorWork &work) const;
  void count_added(const BlockValues &values, OperatorWork &work, const Verdict &verdict);
  void judge(const BlockValues &values, const HookWork &hooks, Verdict &verdict) const;
  void constrain(BlockValues &values, OperatorWork &work, Verdict &verdict);
  void tell_unmet(const std::vector<uint8_t> &unmet) const;

  nlohmann::json constraint_tables_;  // of the configuration
  Policy unmet_;       // where a constraint cannot be met,
  Policy not_finite_;  // and where hooks made what is no number
  Objector object_;
  ValueFields fields_;
  std::vector<std::unique_ptr<HookSlot>> hooks_;
  std::set<size_t> read_later_;  // outputs that a hook adds to and a later one has as predictor
  std::unique_ptr<Constraints> constraints_;
  std::unique_ptr<BudgetCounts> budgets_;
};

}  // namespace hyb
