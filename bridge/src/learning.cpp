// SPDX-License-Identifier: BSD-3-Clause
#include "learning.hpp"

#include <numeric>

#include "error.hpp"
#include "text.hpp"

namespace hyb {
namespace {

std::vector<std::string> named(const char *group, const std::vector<ValueField> &fields) {
  std::vector<std::string> names;
  for (const ValueField &field : fields) names.push_back("observed " + std::string(group) + " " + field.name);
  return names;
}

}  // namespace

Learning::Learning(Operators &operators, const Grid &grid, const std::string &where)
    : operators_(operators),
      grid_(grid),
      observes_(operators.learns(HookConfig::Source::observe)),
      inputs_(operators.fields().inputs.size(), grid.ncol()),
      outputs_(operators.fields().outputs.size(), grid.ncol()),
      added_(operators.fields().outputs.size(), grid.ncol()),
      observed_(operators.fields().outputs.size(), grid.ncol()) {
  if (!grid.known())
    mismatch(HYB_ERROR_CONFIG, where + ": hooks that learn", "a domain created with its columns",
             "one without");
  for (const auto &slot : operators.hooks()) {
    if (slot->config().learn == HookConfig::Source::none) continue;
    const Hook::Predictors predictors = slot->hook().predictors();
    read_inputs_.insert(predictors.inputs.begin(), predictors.inputs.end());
    read_outputs_.insert(predictors.outputs.begin(), predictors.outputs.end());
  }
  seen_.reserve(operators.fields().outputs.size());
  for (size_t place = 0; place < operators.fields().outputs.size(); ++place)
    seen_.emplace_back(observes_ ? grid.ncol() : 0);
}

void Learning::keep(const BlockValues &values, const std::vector<int64_t> &rows) {
  for (const size_t place : read_inputs_)
    inputs_.store(place, values.inputs[place], values.first, rows);
  for (const size_t place : read_outputs_)
    outputs_.store(place, values.outputs[place], values.first, rows);
}

void Learning::keep_added(const BlockValues &values, const HookWork &work,
                          const std::vector<int64_t> &rows) {
  for (size_t place = 0; place < work.added.size(); ++place)
    added_.store(place, work.added[place], values.first, rows);
}

void Learning::observe(size_t place, const FieldValues &increment, int64_t first) {
  const FieldValues added = added_.values(place);
  for (int64_t row = 0; row < increment.nrow() && added.data; ++row)
    for (int64_t i = 0; i < increment.ncol; ++i)
      increment.row(row)[i] += added.row(row)[first - 1 + i];
  std::vector<int64_t> rows(static_cast<size_t>(increment.ncol));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  observed_.store(place, increment, first, rows);
  for (const int64_t i : rows)
    seen_[place].columns[static_cast<size_t>(first - 1 + i)].store(1, std::memory_order_relaxed);
}

std::vector<int64_t> Learning::observed_columns(size_t place) {
  std::vector<int64_t> columns;
  auto &seen = seen_[place].columns;
  for (size_t i = 0; i < seen.size(); ++i)
    if (seen[i].exchange(0, std::memory_order_relaxed)) columns.push_back(static_cast<int64_t>(i));
  return columns;
}

void Learning::learn_one(HookSlot &slot, const FieldValues &wanted,
                         const std::vector<int64_t> &columns, const Clock &clock,
                         const Communicator &communicator, const Objector &object) {
  Samples samples;
  samples.clock = &clock;
  samples.grid = &grid_;
  samples.columns = columns;
  samples.wanted = wanted;
  for (size_t place = 0; place < operators_.fields().inputs.size(); ++place)
    samples.inputs.push_back(inputs_.values(place));
  for (size_t place = 0; place < operators_.fields().outputs.size(); ++place)
    samples.outputs.push_back(outputs_.values(place));
  slot.learn(samples, communicator, object);
}

void Learning::learn(const Audit *audit, const Clock &clock, const Communicator &communicator,
                     const Objector &object) {
  std::vector<std::vector<int64_t>> observed;
  for (size_t place = 0; place < seen_.size(); ++place)
    observed.push_back(observed_columns(place));
  for (const auto &slot : operators_.hooks()) {
    const auto source = slot->config().learn;
    if (source == HookConfig::Source::none) continue;
    const size_t place = slot->target();
    if (source == HookConfig::Source::observe)
      learn_one(*slot, observed_.values(place), observed[place], clock, communicator, object);
    else if (audit && audit->drawn(clock.step))
      learn_one(*slot, audit->difference(place), audit->columns(), clock, communicator, object);
  }
}

// The next increment is about what was added last, and what that was to.
void Learning::state(State &state, const std::string &emulator) {
  if (!observes_) return;
  inputs_.state(state, named("input", operators_.fields().inputs), emulator);
  outputs_.state(state, named("output", operators_.fields().outputs), emulator);
  added_.state(state, named("added", operators_.fields().outputs), emulator);
}

}  // namespace hyb
