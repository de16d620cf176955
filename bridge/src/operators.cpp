// SPDX-License-Identifier: BSD-3-Clause
#include "operators.hpp"

#include <algorithm>

#include "error.hpp"
#include "hooks/make_hook.hpp"
#include "pack_loops.hpp"
#include "text.hpp"
#include "timed.hpp"

namespace hyb {
namespace {

bool within(const double *values, int64_t n, double most) {
  const double least = -most;
  return !pack_loops().outside64({values, n, n, 1, &least, &most});
}

bool within(const FieldValues &field, int64_t column, double most) {
  for (int64_t row = 0; row < field.nrow(); ++row)
    if (!within(field.row(row) + column, 1, most)) return false;
  return true;
}

}  // namespace

Operators::Operators(const SchemeConfig &config, const Card &card, bool flips, const Grid &grid,
                     const std::string &plugins, Objector object)
    : unmet_(config.guard.constraint),
      not_finite_(config.guard.finite.policy),
      object_(std::move(object)) {
  for (const CardField &output : card.outputs)
    fields_.outputs.push_back({output.name, output.unit, output.role == HYB_FLAG,
                               card.box && output.has_level ? 0 : output.nlevel, output.nspecies});
  for (const CardField &input : card.inputs) fields_.known.push_back({input.name, input.unit});
  for (const FieldConfig &field : config.fields) fields_.known.push_back({field.name, field.unit});
  for (const HookConfig &hook : config.hooks)
    hooks_.push_back(std::make_unique<HookSlot>(
        hook, make_hook(hook, fields_, grid, plugins, config.emulator.environment), fields_,
        hooks_.size() + 1));
  find_read_later();
  std::vector<ConstraintSource> sources;
  for (const auto &object : card.constraints)
    sources.push_back({object, config.emulator.path + ": card: constraints[" +
                                   std::to_string(sources.size()) + "]",
                       HYB_ERROR_CARD, flips});
  constraint_tables_ = nlohmann::json::array();
  for (const ConstraintConfig &one : config.constraints) {
    sources.push_back({one.object, one.where, HYB_ERROR_CONFIG, false});
    constraint_tables_.push_back(one.object);
  }
  constraints_ = std::make_unique<Constraints>(sources, fields_);
  budgets_ = std::make_unique<BudgetCounts>(constraints_->budgets());
}

void Operators::find_read_later() {
  std::set<size_t> changed;
  for (const auto &slot : hooks_) {
    for (const size_t place : slot->hook().predictors().outputs)
      if (changed.count(place)) read_later_.insert(place);
    changed.insert(slot->targets().begin(), slot->targets().end());
  }
}

bool Operators::has_phase(bool after) const {
  return std::any_of(hooks_.begin(), hooks_.end(),
                     [&](const auto &slot) { return slot->config().after == after; });
}

bool Operators::learns(HookConfig::Source source) const {
  return std::any_of(hooks_.begin(), hooks_.end(),
                     [&](const auto &slot) { return slot->config().learn == source; });
}

void Operators::before(const BlockValues &values, OperatorWork &work, Verdict &verdict,
                       CallTimes &times) {
  const Timed timed(times.hooks);
  for (const auto &slot : hooks_)
    if (!slot->config().after) slot->veto(values, work.hooks, verdict, object_);
}

void Operators::apply(BlockValues &values, OperatorWork &work, Verdict &verdict,
                      CallTimes &times, const Told &told) {
  if (has_phase(true)) {
    const Timed timed(times.hooks);
    work.hooks.added.assign(values.outputs.size(), FieldValues());
    work.hooks.added_memory.resize(values.outputs.size());
    keep_emulated(values, work);
    for (size_t hook = 0; hook < hooks_.size(); ++hook)
      if (hooks_[hook]->config().after)
        told(hook, hooks_[hook]->add(values, work.hooks, verdict, object_));
    count_added(values, work, verdict);
  }
  if (!constraints_->names().empty()) {
    const Timed timed(times.constrain);
    constrain(values, work, verdict);
  }
  if (has_phase(true) && not_finite_ != Policy::pass) judge(values, work.hooks, verdict);
}

// What hooks made of results, which the guards have seen before.
void Operators::judge(const BlockValues &values, const HookWork &hooks, Verdict &verdict) const {
  for (size_t place = 0; place < values.outputs.size(); ++place) {
    const FieldValues &field = values.outputs[place];
    const double most = values.most[place];
    if (!hooks.added[place].data || within(field.data, field.nrow() * field.ncol, most)) continue;
    int64_t rejected = 0;
    for (int64_t i = 0; i < values.ncol; ++i) {
      if (verdict.weight(i) == 0 || within(field, i, most)) continue;
      verdict.reject(i);
      ++rejected;
    }
    if (rejected > 0)
      object_(not_finite_, "after hooks: " + in_quotes(fields_.outputs[place].name) +
                               ": expected finite numbers of the host's kind, found others in " +
                               std::to_string(rejected) + " columns");
  }
}

// What was learnt from the emulator's own results is to be applied to them.
void Operators::keep_emulated(BlockValues &values, OperatorWork &work) const {
  values.emulated.clear();
  if (read_later_.empty()) return;
  values.emulated = values.outputs;
  work.emulated.resize(values.outputs.size());
  for (const size_t place : read_later_) {
    FieldValues &field = values.emulated[place];
    const int64_t n = field.nrow() * field.ncol;
    const int64_t bytes = n * static_cast<int64_t>(sizeof(double));
    field.data = static_cast<double *>(work.emulated[place].reserve(bytes));
    std::copy_n(values.outputs[place].data, n, field.data);
  }
}

// Energy, water and whatever else is declared as a budget, also where it is not enforced.
void Operators::count_added(const BlockValues &values, OperatorWork &work,
                            const Verdict &verdict) {
  if (constraints_->budgets().empty()) return;
  work.places.clear();
  work.increments.clear();
  for (size_t place = 0; place < work.hooks.added.size(); ++place) {
    if (!work.hooks.added[place].data) continue;
    work.places.push_back(place);
    work.increments.push_back(work.hooks.added[place]);
  }
  for (size_t budget = 0; budget < constraints_->budgets().size(); ++budget) {
    constraints_->added(budget, values, work.places, work.increments, work.sums);
    budgets_->add(BudgetCounts::added_by_hooks, budget, work.sums.data(), verdict);
  }
}

void Operators::constrain(BlockValues &values, OperatorWork &work, Verdict &verdict) {
  for (int64_t i = 0; i < values.ncol; ++i)
    values.rejected[static_cast<size_t>(i)] = verdict.weight(i) == 0;
  constraints_->apply(values, work.constraints);
  for (size_t budget = 0; budget < constraints_->budgets().size(); ++budget)
    budgets_->add(BudgetCounts::imbalance, budget,
                  work.constraints.imbalance.data() + budget * static_cast<size_t>(values.ncol),
                  verdict);
  const std::vector<uint8_t> &unmet = work.constraints.unmet;
  if (std::none_of(unmet.begin(), unmet.end(), [](uint8_t place) { return place > 0; })) return;
  tell_unmet(unmet);
  for (int64_t i = 0; i < values.ncol && unmet_ != Policy::pass; ++i)
    if (unmet[static_cast<size_t>(i)]) verdict.reject(i);
}

void Operators::tell_unmet(const std::vector<uint8_t> &unmet) const {
  for (size_t place = 0; place < constraints_->names().size(); ++place) {
    const auto columns = std::count(unmet.begin(), unmet.end(), static_cast<uint8_t>(place + 1));
    if (columns > 0)
      object_(unmet_, "constraint " + in_quotes(constraints_->names()[place]) +
                          ": cannot be met in " + std::to_string(columns) + " columns");
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
    const auto end = own + static_cast<std::ptrdiff_t>(slot->ncounters());
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

nlohmann::json Operators::made_with(const std::string &emulator) const {
  nlohmann::json hooks = nlohmann::json::array();
  for (const auto &slot : hooks_) hooks.push_back(slot->made_with(emulator));
  return {{"hooks", hooks}, {"constraint", constraint_tables_}};
}

void Operators::state(State &state, const std::string &emulator) {
  for (const auto &slot : hooks_) {
    StatePart own(state, slot->name(), slot->made_with(emulator));
    slot->state(own);
  }
  if (constraints_->budgets().empty()) return;
  StatePart budgets(state, "budgets", {{"emulator", emulator}, {"constraint", constraint_tables_}});
  budgets_->state(budgets);
}

}  // namespace hyb
