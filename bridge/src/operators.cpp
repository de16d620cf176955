// SPDX-License-Identifier: BSD-3-Clause
#include "operators.hpp"

#include <algorithm>

#include "error.hpp"
#include "hooks/make_hook.hpp"
#include "text.hpp"
#include "timed.hpp"

namespace hyb {
Operators::Operators(const SchemeConfig &config, const Card &card, const Grid &grid,
                     const std::string &plugins, Objector object)
    : unmet_(config.guard.constraint), object_(std::move(object)) {
  for (const CardField &output : card.outputs)
    fields_.outputs.push_back({output.name, output.unit});
  for (const HookConfig &hook : config.hooks)
    hooks_.push_back(std::make_unique<HookSlot>(hook, make_hook(hook, fields_, grid, plugins, config.emulator.environment),
                                                fields_, hooks_.size() + 1));
  constraints_ = make_constraints(card.constraints, fields_, "card: constraints", HYB_ERROR_CARD);
  for (const ConstraintConfig &one : config.constraints)
    for (auto &made : make_constraints(nlohmann::json::array({one.object}), fields_, one.where,
                                       HYB_ERROR_CONFIG))
      constraints_.push_back(std::move(made));
}

bool Operators::has_phase(bool after) const {
  return std::any_of(hooks_.begin(), hooks_.end(),
                     [&](const auto &slot) { return slot->config().after == after; });
}

bool Operators::learns(HookConfig::Source source) const {
  return std::any_of(hooks_.begin(), hooks_.end(),
                     [&](const auto &slot) { return slot->config().learn == source; });
}

void Operators::before(const BlockValues &values, HookWork &work, Verdict &verdict) {
  for (const auto &slot : hooks_)
    if (!slot->config().after) slot->veto(values, work, verdict, object_);
}

void Operators::apply(BlockValues &values, HookWork &work, Verdict &verdict, CallTimes &times) {
  work.added.assign(values.outputs.size(), FieldValues());
  work.added_memory.resize(values.outputs.size());
  {
    const Timed timed(times.hooks);
    for (const auto &slot : hooks_)
      if (slot->config().after) slot->add(values, work, verdict, object_);
  }
  const Timed timed(times.constrain);
  constrain(values, verdict);
}

void Operators::constrain(BlockValues &values, Verdict &verdict) {
  if (constraints_.empty()) return;
  for (int64_t i = 0; i < values.ncol; ++i)
    values.rejected[static_cast<size_t>(i)] = verdict.weight(i) == 0;
  std::vector<uint8_t> unmet(static_cast<size_t>(values.ncol));
  for (const auto &constraint : constraints_) {
    std::fill(unmet.begin(), unmet.end(), uint8_t{0});
    constraint->apply(values, unmet);
    const int64_t columns = std::count(unmet.begin(), unmet.end(), uint8_t{1});
    if (columns == 0) continue;
    object_(unmet_, "constraint " + in_quotes(constraint->name()) + ": cannot be met in " +
                        std::to_string(columns) + " columns");
    for (int64_t i = 0; i < values.ncol && unmet_ != Policy::pass; ++i)
      if (unmet[static_cast<size_t>(i)]) verdict.reject(i);
  }
}

void Operators::step(const Clock &clock) {
  for (const auto &slot : hooks_) slot->step(clock, object_);
}

std::vector<std::vector<double>> Operators::counters() const {
  std::vector<std::vector<double>> all;
  for (const auto &slot : hooks_)
    for (auto &counters : slot->counters()) all.push_back(std::move(counters));
  return all;
}

nlohmann::json Operators::told(const std::vector<std::vector<double>> &counters) const {
  nlohmann::json list = nlohmann::json::array();
  auto own = counters.begin();
  for (const auto &slot : hooks_) {
    const auto end = own + static_cast<std::ptrdiff_t>(slot->config().fields.size());
    list.push_back(slot->told({own, end}, fields_));
    own = end;
  }
  return list;
}

nlohmann::json Operators::describe() const {
  nlohmann::json list = nlohmann::json::array();
  for (const auto &slot : hooks_) list.push_back(slot->describe());
  return list;
}

void Operators::state(State &state) {
  for (const auto &slot : hooks_) {
    Prefixed own(state, slot->name() + "/");
    slot->state(own);
  }
}

}  // namespace hyb
