// SPDX-License-Identifier: BSD-3-Clause
#include "learning.hpp"

#include <algorithm>
#include <cmath>

#include "error.hpp"
#include "text.hpp"

namespace hyb {
namespace {

std::vector<std::string> named(const char *group, const std::vector<ValueField> &fields) {
  std::vector<std::string> names;
  for (const ValueField &field : fields)
    names.push_back("observed " + std::string(group) + " " + field.name);
  return names;
}

bool learns(const HookSlot &slot) { return slot.config().learn != HookConfig::Source::none; }

bool learns(const HookSlot &slot, size_t place) { return learns(slot) && slot.target() == place; }

void subtract(const FieldValues &from, const FieldValues &values,
              const std::vector<int64_t> &columns) {
  for (int64_t row = 0; row < from.nrow(); ++row)
    for (const int64_t i : columns) from.row(row)[i] -= values.row(row)[i];
}

}  // namespace

Learning::Learning(Operators &operators, const Grid &grid, const std::string &where)
    : operators_(operators),
      grid_(grid),
      observes_(operators.learns(HookConfig::Source::observe)),
      shared_(shared_of(operators)),
      inputs_(operators.fields().inputs.size(), grid.ncol()),
      outputs_(operators.fields().outputs.size(), grid.ncol()),
      added_(operators.fields().outputs.size(), grid.ncol()),
      observed_(operators.fields().outputs.size(), grid.ncol()),
      own_(shared_.size(), grid.ncol()),
      emulated_(observes_ ? grid.ncol() : 0) {
  if (!grid.known())
    mismatch(HYB_ERROR_CONFIG, where + ": hooks that learn", "a domain created with its columns",
             "one without");
  for (const auto &slot : operators.hooks()) {
    if (slot->config().learn == HookConfig::Source::none) continue;
    const Hook::Predictors predictors = slot->hook().predictors();
    read_inputs_.insert(predictors.inputs.begin(), predictors.inputs.end());
    read_outputs_.insert(predictors.outputs.begin(), predictors.outputs.end());
    if (slot->config().learn == HookConfig::Source::observe)
      observed_places_.insert(slot->target());
  }
  for (size_t place = 0; place < operators.fields().outputs.size(); ++place)
    seen_.emplace_back(observes_ ? grid.ncol() : 0);
}

std::vector<Learning::Shared> Learning::shared_of(Operators &operators) {
  std::vector<Shared> shared;
  const auto &hooks = operators.hooks();
  for (size_t hook = 0; hook < hooks.size(); ++hook) {
    if (!learns(*hooks[hook])) continue;  // also in a dry run, which may end at a restart
    const std::vector<size_t> &targets = hooks[hook]->targets();
    for (size_t target = 0; target < targets.size(); ++target)
      if (std::any_of(hooks.begin() + static_cast<std::ptrdiff_t>(hook) + 1, hooks.end(),
                      [&](const auto &later) { return learns(*later, targets[target]); }))
        shared.push_back({hook, target, targets[target]});
  }
  return shared;
}

std::vector<std::string> Learning::names_of_shared() const {
  std::vector<std::string> names;
  for (const Shared &one : shared_)
    names.push_back("observed with " + operators_.hooks()[one.hook]->name() + " " +
                    operators_.fields().outputs[one.place].name);
  return names;
}

void Learning::begin(int64_t first, int64_t ncol) {
  for (int64_t i = 0; i < ncol && observes_; ++i) emulated_.set(first - 1 + i, false);
}

void Learning::keep(const BlockValues &values, const std::vector<int64_t> &rows) {
  for (const size_t place : read_inputs_)
    inputs_.store(place, values.inputs[place], values.first, rows);
  for (const size_t place : read_outputs_)
    outputs_.store(place, values.outputs[place], values.first, rows);
}

void Learning::keep_added(const BlockValues &values, const HookWork &work,
                          const std::vector<int64_t> &rows) {
  for (const size_t place : observed_places_)
    if (work.added[place].data)
      added_.store(place, work.added[place], values.first, rows);
    else
      added_.clear(place, values.outputs[place], values.first, rows);
}

// In a rejected column nothing was added, and nobody knows what was left.
void Learning::keep_own(size_t hook, bool any, const BlockValues &values, HookWork &work,
                        const std::vector<int64_t> &rows) {
  for (size_t place = 0; place < shared_.size(); ++place) {
    if (shared_[place].hook != hook) continue;
    if (!any) {
      own_.clear(place, values.outputs[shared_[place].place], values.first, rows);
      continue;
    }
    const FieldValues &increments = work.increments[shared_[place].target];
    for (int64_t row = 0; row < increments.nrow(); ++row)
      for (const int64_t i : rows)
        if (work.taking[static_cast<size_t>(i)] == 0) increments.row(row)[i] = std::nan("");
    own_.store(place, increments, values.first, rows);
  }
}

void Learning::observe(size_t place, const FieldValues &increment, int64_t first) {
  added_.check(place, increment);
  std::vector<int64_t> rows;
  for (int64_t i = 0; i < increment.ncol; ++i)
    if (emulated_.at(first - 1 + i)) rows.push_back(i);
  const FieldValues added = added_.values(place);
  for (int64_t row = 0; row < increment.nrow() && added.data; ++row)
    for (const int64_t i : rows) increment.row(row)[i] += added.row(row)[first - 1 + i];
  observed_.store(place, increment, first, rows);
  for (const int64_t i : rows) seen_[place].set(first - 1 + i);
}

// What hooks that learn before this one leave for it to learn.
FieldValues Learning::left(size_t hook, const FieldValues &wanted,
                           const std::vector<int64_t> &columns) {
  const auto leaves = [&](const Shared &one) {
    return one.hook < hook && learns(*operators_.hooks()[hook], one.place);
  };
  if (columns.empty() || std::none_of(shared_.begin(), shared_.end(), leaves)) return wanted;
  left_.assign(wanted.data, wanted.data + wanted.nrow() * wanted.ncol);
  FieldValues left = wanted;
  left.data = left_.data();
  for (size_t place = 0; place < shared_.size(); ++place)
    if (leaves(shared_[place]) && own_.values(place).data)
      subtract(left, own_.values(place), columns);
  return left;
}

void Learning::learn_one(size_t hook, const FieldValues &wanted,
                         const std::vector<int64_t> &columns, const Clock &clock,
                         const Communicator &communicator, const Objector &object) {
  Samples samples;
  samples.clock = &clock;
  samples.grid = &grid_;
  samples.columns = columns;
  samples.wanted = left(hook, wanted, columns);
  for (size_t place = 0; place < operators_.fields().inputs.size(); ++place)
    samples.inputs.push_back(inputs_.values(place));
  for (size_t place = 0; place < operators_.fields().outputs.size(); ++place)
    samples.outputs.push_back(outputs_.values(place));
  operators_.hooks()[hook]->learn(samples, communicator, object);
}

void Learning::learn(const Audit *audit, const Clock &clock, const Communicator &communicator,
                     const Objector &object) {
  std::vector<std::vector<int64_t>> observed;
  for (ColumnMarks &seen : seen_) observed.push_back(seen.take());
  for (size_t hook = 0; hook < operators_.hooks().size(); ++hook) {
    const HookSlot &slot = *operators_.hooks()[hook];
    if (!learns(slot)) continue;
    const size_t place = slot.target();
    if (slot.config().learn == HookConfig::Source::observe)
      learn_one(hook, observed_.values(place), observed[place], clock, communicator, object);
    else if (audit && audit->drawn(clock.step))
      learn_one(hook, audit->difference(place), audit->columns(place), clock, communicator,
                object);
  }
}

void Learning::forget() {
  for (ColumnMarks &seen : seen_) seen.take();
}

// The next increment is about what was added last, and what that was to.
void Learning::state(State &state, const std::string &emulator) {
  if (!observes_) return;
  inputs_.state(state, named("input", operators_.fields().inputs), emulator);
  outputs_.state(state, named("output", operators_.fields().outputs), emulator);
  added_.state(state, named("added", operators_.fields().outputs), emulator);
  own_.state(state, names_of_shared(), emulator);
  StatePart marks(state, "observed columns", {{"emulator", emulator}});
  emulated_.state(marks, "emulated");
}

}  // namespace hyb
