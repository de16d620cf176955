// SPDX-License-Identifier: BSD-3-Clause
#include "hooks/pipeline.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "blend.hpp"
#include "error.hpp"
#include "text.hpp"

namespace hyb {
namespace {

double limit_of(const HookConfig &config, const ValueField &field) {
  if (!config.limit) return std::numeric_limits<double>::infinity();
  const auto limit = converted(*config.limit, field.unit);
  if (!limit || !(*limit > 0))
    mismatch(HYB_ERROR_CONFIG, config.where + ".limit",
             "a limit above 0 in a unit of " + in_quotes(field.name) + ", " + field.unit,
             std::to_string(config.limit->value) + " " + config.limit->unit);
  return *limit;
}

// A block of zeros, shaped like `like`.
FieldValues zeros(const FieldValues &like, Buffer &memory) {
  FieldValues field = like;
  const int64_t n = like.nrow() * like.ncol;
  field.data = static_cast<double *>(memory.reserve(n * static_cast<int64_t>(sizeof(double))));
  std::fill(field.data, field.data + n, 0.0);
  return field;
}

bool finite_column(const std::vector<FieldValues> &fields, int64_t column) {
  for (const FieldValues &field : fields)
    for (int64_t row = 0; row < field.nrow(); ++row)
      if (!std::isfinite(field.row(row)[column])) return false;
  return true;
}

}  // namespace

HookSlot::HookSlot(const HookConfig &config, std::unique_ptr<Hook> hook,
                   const ValueFields &fields, size_t number)
    : config_(config),
      hook_(std::move(hook)),
      name_("hook " + std::to_string(number) + " (" + config.kind + ")") {
  for (const std::string &field : config.fields) {
    targets_.push_back(fields.output(field, HYB_ERROR_CONFIG, config.where + ".fields"));
    limits_.push_back(limit_of(config, fields.outputs[targets_.back()]));
  }
  if (config.after && targets_.empty())
    mismatch(HYB_ERROR_CONFIG, config.where + ".fields", "the outputs that it adds to", "none");
  if (!config.after && config.learn != HookConfig::Source::none)
    mismatch(HYB_ERROR_CONFIG, config.where + ".learn", "'none' in phase 'before'", "another");
  added_.resize(targets_.size());
  weight_ = ramp_at(0, config_.start, config_.ramp);
}

void HookSlot::make_room(const BlockValues &values, HookWork &work) const {
  if (work.memory.size() < targets_.size()) work.memory.resize(targets_.size());
  work.increments.clear();
  for (size_t target = 0; target < targets_.size(); ++target)
    work.increments.push_back(zeros(values.outputs[targets_[target]], work.memory[target]));
  work.veto.assign(static_cast<size_t>(values.ncol), 0);
}

bool HookSlot::run(const BlockValues &values, HookWork &work, Verdict &verdict,
                   const Objector &object) {
  make_room(values, work);
  try {
    hook_->apply(values, work.increments, work.veto);
    return true;
  } catch (...) {
    object(config_.policy, name_ + ": " + current_error().what());
  }
  if (config_.policy != Policy::pass) verdict.reject_all();
  return false;
}

void HookSlot::veto(const BlockValues &values, HookWork &work, Verdict &verdict,
                    const Objector &object) {
  if (idle() || !run(values, work, verdict, object) || config_.dry_run) return;
  for (int64_t i = 0; i < values.ncol; ++i)
    if (work.veto[static_cast<size_t>(i)]) verdict.reject(i);
}

// Of such a column nothing is added.
void HookSlot::drop_not_finite(HookWork &work, const BlockValues &values, Verdict &verdict,
                               const Objector &object) const {
  int64_t dropped = 0;
  for (int64_t i = 0; i < values.ncol; ++i) {
    if (finite_column(work.increments, i)) continue;
    for (const FieldValues &field : work.increments)
      for (int64_t row = 0; row < field.nrow(); ++row) field.row(row)[i] = 0;
    if (verdict.weight(i) == 0) continue;
    ++dropped;
    if (config_.policy != Policy::pass && !config_.dry_run) verdict.reject(i);
  }
  if (dropped > 0)
    object(config_.policy, name_ + ": expected finite increments, found others in " +
                               std::to_string(dropped) + " columns");
}

HookSlot::Added HookSlot::add_target(size_t target, BlockValues &values, HookWork &work,
                                     const Verdict &verdict) const {
  Added added;
  const FieldValues &output = values.outputs[targets_[target]];
  FieldValues &total = work.added[targets_[target]];
  if (!total.data) total = zeros(output, work.added_memory[targets_[target]]);
  for (int64_t row = 0; row < output.nrow(); ++row)
    for (int64_t i = 0; i < output.ncol; ++i) {
      if (verdict.weight(i) == 0) continue;
      const double wanted = work.increments[target].row(row)[i];
      const double increment = weight_ * std::clamp(wanted, -limits_[target], limits_[target]);
      added.n += 1;
      added.sum += increment;
      added.squares += increment * increment;
      added.limited += std::fabs(wanted) > limits_[target];
      if (config_.dry_run) continue;
      output.row(row)[i] += increment;
      total.row(row)[i] += increment;
    }
  return added;
}

void HookSlot::add(BlockValues &values, HookWork &work, Verdict &verdict, const Objector &object) {
  if (idle() || !run(values, work, verdict, object)) return;
  drop_not_finite(work, values, verdict, object);
  std::vector<Added> added;
  for (size_t target = 0; target < targets_.size(); ++target)
    added.push_back(add_target(target, values, work, verdict));
  count(added);
}

void HookSlot::count(const std::vector<Added> &added) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (size_t target = 0; target < added.size(); ++target) {
    added_[target].n += added[target].n;
    added_[target].sum += added[target].sum;
    added_[target].squares += added[target].squares;
    added_[target].limited += added[target].limited;
  }
}

// Of the steps that have samples every `cadence`-th is learnt from. Which those are is known to all
// ranks alike.
void HookSlot::learn(const Samples &samples, const Communicator &communicator,
                     const Objector &object) {
  if (++steps_ < config_.cadence) return;
  steps_ = 0;
  try {
    hook_->update(samples, reproducible_sums(communicator, hook_->sums(samples), [&](Adder &adder) {
                    hook_->collect(samples, adder);
                  }));
  } catch (...) {
    object(config_.policy, name_ + ", at the end of the step: " + current_error().what());
  }
}

void HookSlot::step(const Clock &clock, const Objector &object) {
  weight_ = ramp_at(clock.elapsed, config_.start, config_.ramp);
  try {
    hook_->begin(clock);
  } catch (...) {
    object(config_.policy, name_ + ", at the beginning of a step: " + current_error().what());
  }
}

nlohmann::json HookSlot::json(const ValueFields &fields) const {
  nlohmann::json object = {{"name", name_}, {"weight", weight_}, {"dry_run", config_.dry_run}};
  const std::lock_guard<std::mutex> lock(mutex_);
  for (size_t target = 0; target < targets_.size(); ++target) {
    const Added &added = added_[target];
    if (added.n == 0) continue;
    object["added"][fields.outputs[targets_[target]].name] = {
        {"n", added.n},
        {"mean", added.sum / added.n},
        {"rms", std::sqrt(added.squares / added.n)},
        {"limited", added.limited}};
  }
  object["knows"] = hook_->describe();
  return object;
}

void HookSlot::state(State &state) {
  state.number("steps", steps_);
  hook_->state(state);
}

}  // namespace hyb
