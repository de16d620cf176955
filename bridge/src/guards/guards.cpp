// SPDX-License-Identifier: BSD-3-Clause
#include "guards/guards.hpp"

#include <cmath>

#include "error.hpp"
#include "text.hpp"

namespace hyb {
namespace {

using LimitsOf = Limits CardField::*;

// Those of the fields that have such limits. What is clipped on its way to the host keeps the limits
// exactly; inputs may have lost some digits on their way to the network.
RangeGuard guard_of(const std::string &name, const GuardConfig &config, const Card &card,
                    bool of_inputs, LimitsOf limits) {
  RangeGuard guard(name, config, of_inputs ? card.nfeature : card.noutput, card.kind);
  const bool exact = config.policy == Policy::clip && !of_inputs;
  for (const CardField &field : of_inputs ? card.inputs : card.outputs)
    if (!(field.*limits).lower.empty()) guard.limit(field, field.*limits, config.margin, exact);
  return guard;
}

bool any(const std::vector<CardField> &fields, LimitsOf limits) {
  for (const CardField &field : fields)
    if (!(field.*limits).lower.empty()) return true;
  return false;
}

double physical(const CardField &field, size_t row, double value) {
  const size_t i = row - static_cast<size_t>(field.offset);
  if (field.normalisation.empty()) return value;
  return value * field.normalisation.scale[i] + field.normalisation.offset[i];
}

}  // namespace

Guards::Guards(const GuardsConfig &config, const Card &card, const std::string &scheme, bool flips)
    : inputs("input", card, flips), outputs("output", card, flips), card_(card), flips_(flips) {
  add(config, scheme);
  for (const TendencyConfig &tendency : config.tendency) add_tendency(tendency);
  inputs.prepare();
  outputs.prepare();
}

void Guards::add(const GuardsConfig &config, const std::string &scheme) {
  const auto add_both = [&](const char *name, const GuardConfig &guard, LimitsOf limits) {
    if (!guard.declared) return;
    if (!any(card_.inputs, limits) && !any(card_.outputs, limits))
      mismatch(HYB_ERROR_CONFIG, "[scheme." + scheme + ".guard]: " + name,
               std::string("a card with a ") + name, "one without");
    inputs.add(guard_of(name, guard, card_, true, limits));
    outputs.add(guard_of(name, guard, card_, false, limits));
  };
  if (config.finite.policy != Policy::pass)
    for (MatrixGuards *side : {&inputs, &outputs}) {
      RangeGuard guard("finite", config.finite, side == &inputs ? card_.nfeature : card_.noutput,
                       card_.kind);
      guard.limit_to_finite();
      side->add(std::move(guard));
    }
  add_both("range", config.range, &CardField::valid_range);
  add_both("training_range", config.training_range, &CardField::training_range);
}

void Guards::add_tendency(const TendencyConfig &config) {
  const GuardConfig policy{true, config.policy, 0, 1.0};
  RangeGuard guard("tendency", policy, card_.noutput, card_.kind);
  std::vector<std::string> units;
  bool found = false;
  for (const CardField &output : card_.outputs) {
    if (!config.field.empty() && config.field != output.name) continue;
    units.push_back(output.unit);
    const auto limit = converted(config.limit, output.unit);
    if (!limit || (config.field.empty() && output.role == HYB_STATE)) continue;
    const size_t n = static_cast<size_t>(output.count);
    guard.limit(output, {std::vector<double>(n, -*limit), std::vector<double>(n, *limit)}, 0,
                policy.policy == Policy::clip);
    found = true;
  }
  if (!found)
    mismatch(HYB_ERROR_CONFIG, config.where + ".limit",
             "a unit of " + (config.field.empty() ? "a tendency or an increment"
                                                  : "the output " + in_quotes(config.field)) +
                 " (" + (units.empty() ? "there is none" : listed(units)) + ")",
             in_quotes(config.limit.unit));
  outputs.add(std::move(guard));
}

Guards::Place Guards::place(const MatrixGuards &side, size_t row, int64_t level) const {
  const int64_t at = static_cast<int64_t>(row);
  const auto &fields = &side == &inputs ? card_.inputs : card_.outputs;
  const CardField *field = fields.data();
  while (at >= field->offset + field->count) ++field;
  const int64_t i = at - field->offset, nlevel = card_.box ? 1 : field->nlevel;
  int64_t own = card_.box ? level : i % nlevel;
  if (flips_ && !card_.box) own = nlevel - 1 - own;
  return {field, field->has_species ? i / nlevel + 1 : 0, field->has_level ? own + 1 : 0};
}

std::string Guards::told(const MatrixGuards &side, const Objection &objection, const Grid &grid,
                         int64_t first) const {
  const Place at = place(side, objection.row, objection.level);
  const RangeGuard &guard = *objection.guard;
  double lower = physical(*at.field, objection.row, guard.lower[objection.row]);
  double upper = physical(*at.field, objection.row, guard.upper[objection.row]);
  if (lower > upper) std::swap(lower, upper);
  std::string text = "guard " + in_quotes(guard.name) + " of policy " +
                     in_quotes(policy_name(guard.policy)) + ": " +
                     std::to_string(objection.columns) + " columns, the first is global column " +
                     std::to_string(grid.column(first + objection.column)) + ", " + side.side() + " " +
                     in_quotes(at.field->name);
  if (at.level > 0) text += ", level " + std::to_string(at.level);
  if (at.species > 0) text += ", species " + std::to_string(at.species);
  return text + ": expected " + text_of(lower) + " to " + text_of(upper) + " " + at.field->unit +
         ", found " + text_of(physical(*at.field, objection.row, objection.value));
}

bool Guards::has(Policy policy) const {
  for (const MatrixGuards *side : {&inputs, &outputs})
    for (const RangeGuard &guard : side->guards())
      if (guard.policy == policy) return true;
  return false;
}

void Guards::tell(const MatrixGuards &side, const std::vector<double> &counters,
                  nlohmann::json &list) const {
  for (const auto &[key, columns] : side.counts_of(counters)) {
    const auto &[guard, row, level] = key;
    const Place at = place(side, row, level);
    nlohmann::json entry = {{"guard", side.guards()[guard].name},
                            {"policy", policy_name(side.guards()[guard].policy)},
                            {"side", side.side()},
                            {"field", at.field->name},
                            {"columns", columns}};
    if (at.level > 0) entry["level"] = at.level;
    if (at.species > 0) entry["species"] = at.species;
    list.push_back(entry);
  }
}

nlohmann::json Guards::told(const std::vector<double> &of_inputs,
                            const std::vector<double> &of_outputs) const {
  nlohmann::json list = nlohmann::json::array();
  tell(inputs, of_inputs, list);
  tell(outputs, of_outputs, list);
  return list;
}

void Guards::state(State &state) {
  inputs.state(state);
  outputs.state(state);
}

}  // namespace hyb
