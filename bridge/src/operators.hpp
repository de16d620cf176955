// SPDX-License-Identifier: BSD-3-Clause
// The hooks and constraints of a scheme, on the physical values of a block.
#pragma once

#include <memory>
#include <vector>

#include "card.hpp"
#include "config.hpp"
#include "constraints/constraint.hpp"
#include "hooks/pipeline.hpp"
#include "statistics.hpp"
#include "values.hpp"

namespace hyb {

class Operators {
 public:
  Operators(const SchemeConfig &config, const Card &card, const Grid &grid,
            const std::string &plugins, Objector object);

  const ValueFields &fields() const { return fields_; }
  std::vector<std::unique_ptr<HookSlot>> &hooks() { return hooks_; }

  // Whether anything works on outputs.
  bool any() const { return !constraints_.empty() || has_phase(true); }
  bool vetoes() const { return has_phase(false); }
  bool learns(HookConfig::Source source) const;

  // Phase before: inputs are there, outputs are not.
  void before(const BlockValues &values, HookWork &work, Verdict &verdict);

  // Phase after, then constraints.
  void apply(BlockValues &values, HookWork &work, Verdict &verdict, CallTimes &times);

  void step(const Clock &clock);

  // What hooks added, a list for each target of each; and such counters in words.
  std::vector<std::vector<double>> counters() const;
  nlohmann::json told(const std::vector<std::vector<double>> &counters) const;

  // How hooks are now, in their order.
  nlohmann::json describe() const;
  void state(State &state);

 private:
  bool has_phase(bool after) const;
  void constrain(BlockValues &values, Verdict &verdict);

  Policy unmet_;  // where a constraint cannot be met
  Objector object_;
  ValueFields fields_;
  std::vector<std::unique_ptr<HookSlot>> hooks_;
  std::vector<std::unique_ptr<Constraint>> constraints_;
};

}  // namespace hyb
