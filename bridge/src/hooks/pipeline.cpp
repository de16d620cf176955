// SPDX-License-Identifier: BSD-3-Clause
#include "hooks/pipeline.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "blend.hpp"
#include "error.hpp"
#include "pack_loops.hpp"
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

FieldValues field_like(const FieldValues &like, Buffer &memory) {
  FieldValues field = like;
  const int64_t n = like.nrow() * like.ncol;
  field.data = static_cast<double *>(memory.reserve(n * static_cast<int64_t>(sizeof(double))));
  return field;
}

FieldValues zeros(const FieldValues &like, Buffer &memory) {
  const FieldValues field = field_like(like, memory);
  std::fill_n(field.data, like.nrow() * like.ncol, 0.0);
  return field;
}

bool all_finite(const FieldValues &field) {
  constexpr double most = std::numeric_limits<double>::max(), least = -most;
  const int64_t n = field.nrow() * field.ncol;
  return !pack_loops().outside64({field.data, n, n, 1, &least, &most});
}

// Sums in so many lanes, for the compiler's vectors.
constexpr size_t lanes = 8;
using Lanes = std::array<double, lanes>;

double total_of(const Lanes &sums) { return std::accumulate(sums.begin(), sums.end(), 0.0); }

double count_beyond(double limit, const std::vector<double> &taking, const double *row) {
  Lanes beyond{};
  for (size_t i = 0; i < taking.size(); ++i)
    beyond[i % lanes] += std::fabs(row[i]) > limit ? taking[i] : 0.0;
  return total_of(beyond);
}

void add_up(const double *row, size_t n, double &sum, double &squares) {
  Lanes sums{}, products{};
  const auto add = [&](size_t i, size_t lane) {
    sums[lane] += row[i];
    products[lane] += row[i] * row[i];
  };
  size_t i = 0;
  for (; i + lanes <= n; i += lanes)
    for (size_t lane = 0; lane < lanes; ++lane) add(i + lane, lane);
  for (; i < n; ++i) add(i, i % lanes);
  sum = total_of(sums);
  squares = total_of(products);
}

void bring_within(double limit, double weight, const std::vector<double> &taking, double *row) {
  for (size_t i = 0; i < taking.size(); ++i)
    row[i] = taking[i] * (weight * std::clamp(row[i], -limit, limit));
}

// What went wrong, "" if nothing did.
template <class Body>
std::string attempted(Body &&body) {
  try {
    body();
    return {};
  } catch (...) {
    return current_error().what();
  }
}

void add_row(const double *increments, int64_t n, double *row) {
  for (int64_t i = 0; i < n; ++i) row[i] += increments[i];
}

bool finite_column(const std::vector<FieldValues> &fields, int64_t column) {
  for (const FieldValues &field : fields)
    for (int64_t row = 0; row < field.nrow(); ++row)
      if (!std::isfinite(field.row(row)[column])) return false;
  return true;
}

nlohmann::json told_of(const double *counters) {
  const double n = counters[HookSlot::number];
  if (n == 0) return nlohmann::json::object();
  return {{"n", n},
          {"mean", counters[HookSlot::sum] / n},
          {"rms", std::sqrt(counters[HookSlot::squares] / n)},
          {"limited", counters[HookSlot::limited]}};
}

// Of all rows together, and of each.
nlohmann::json told_of(const std::vector<double> &counters) {
  std::array<double, HookSlot::ncounter> all{};
  nlohmann::json rows = nlohmann::json::array();
  for (size_t at = 0; at + all.size() <= counters.size(); at += all.size()) {
    for (size_t i = 0; i < all.size(); ++i) all[i] += counters[at + i];
    rows.push_back(told_of(counters.data() + at));
  }
  nlohmann::json object = told_of(all.data());
  if (!object.empty()) object["rows"] = rows;
  return object;
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
    if (fields.outputs[targets_.back()].is_flag)
      mismatch(HYB_ERROR_CONFIG, config.where + ".fields", "outputs that are no flags",
               in_quotes(field));
  }
  if (config.after && targets_.empty())
    mismatch(HYB_ERROR_CONFIG, config.where + ".fields", "the outputs that it adds to", "none");
  if (!config.after && config.learn != HookConfig::Source::none)
    mismatch(HYB_ERROR_CONFIG, config.where + ".learn", "'none' in phase 'before'", "another");
  counters_.resize(targets_.size());
  if (!config.after) counters_.push_back({0});
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
  if (idle() || !run(values, work, verdict, object)) return;
  int64_t vetoed = 0;
  for (int64_t i = 0; i < values.ncol; ++i) {
    if (!work.veto[static_cast<size_t>(i)]) continue;
    ++vetoed;
    if (!config_.dry_run) verdict.reject(i);
  }
  count(targets_.size(), {static_cast<double>(vetoed)});
}

// Of such a column nothing is added.
void HookSlot::drop_not_finite(HookWork &work, const BlockValues &values, Verdict &verdict,
                               const Objector &object) const {
  if (std::all_of(work.increments.begin(), work.increments.end(), all_finite)) return;
  int64_t dropped = 0, first = 0;
  for (int64_t i = 0; i < values.ncol; ++i) {
    if (finite_column(work.increments, i)) continue;
    for (const FieldValues &field : work.increments)
      for (int64_t row = 0; row < field.nrow(); ++row) field.row(row)[i] = 0;
    if (verdict.weight(i) == 0) continue;
    if (dropped++ == 0) first = values.grid->column(values.first + i);
    if (config_.policy != Policy::pass && !config_.dry_run) verdict.reject(i);
  }
  if (dropped > 0)
    object(config_.policy, name_ + ": expected finite increments, found others in " +
                               std::to_string(dropped) + " columns, the first is global column " +
                               std::to_string(first));
}

void HookSlot::add_target(size_t target, BlockValues &values, HookWork &work) const {
  const FieldValues &output = values.outputs[targets_[target]];
  FieldValues &total = work.added[targets_[target]];
  const bool first = !total.data;
  if (first) total = field_like(output, work.added_memory[targets_[target]]);
  work.counted.assign(static_cast<size_t>(output.nrow()) * ncounter, 0.0);
  const double taking = std::accumulate(work.taking.begin(), work.taking.end(), 0.0);
  const bool as_they_are = weight_ == 1 && !std::isfinite(limits_[target]) &&
                           taking == static_cast<double>(output.ncol);
  for (int64_t row = 0; row < output.nrow(); ++row) {
    double *increments = work.increments[target].row(row);
    double *counted = work.counted.data() + row * ncounter;
    counted[number] = taking;
    if (std::isfinite(limits_[target]))
      counted[limited] = count_beyond(limits_[target], work.taking, increments);
    if (!as_they_are) bring_within(limits_[target], weight_, work.taking, increments);
    add_up(increments, work.taking.size(), counted[sum], counted[squares]);
    if (config_.dry_run)
      std::fill_n(increments, output.ncol, 0.0);
    else
      add_row(increments, output.ncol, output.row(row));
    if (first)
      std::copy_n(increments, output.ncol, total.row(row));
    else
      add_row(increments, output.ncol, total.row(row));
  }
}

bool HookSlot::add(BlockValues &values, HookWork &work, Verdict &verdict, const Objector &object) {
  std::call_once(sized_, [&] { size_counters(values); });
  if (idle() || !run(values, work, verdict, object)) return false;
  drop_not_finite(work, values, verdict, object);
  work.taking.resize(static_cast<size_t>(values.ncol));
  for (int64_t i = 0; i < values.ncol; ++i)
    work.taking[static_cast<size_t>(i)] = verdict.weight(i) == 0 ? 0.0 : 1.0;
  for (size_t target = 0; target < targets_.size(); ++target) {
    add_target(target, values, work);
    count(target, work.counted);
  }
  return true;
}

// Before anything is added, so that a restart always holds as many.
void HookSlot::size_counters(const BlockValues &values) {
  for (size_t target = 0; target < targets_.size(); ++target)
    count(target, std::vector<double>(
                      static_cast<size_t>(values.outputs[targets_[target]].nrow()) * ncounter));
}

void HookSlot::count(size_t place, const std::vector<double> &counted) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<double> &counters = counters_[place];
  if (counters.size() < counted.size()) counters.resize(counted.size(), 0.0);
  for (size_t i = 0; i < counted.size(); ++i) counters[i] += counted[i];
}

// Of the steps that have samples every `cadence`-th is learnt from. Which those are is known to all
// ranks alike.
void HookSlot::learn(const Samples &samples, const Communicator &communicator,
                     const Objector &object) {
  if (++steps_ < config_.cadence) return;
  steps_ = 0;
  std::string failure = attempted([&] {
    hook_->update(samples, reproducible_sums(communicator, hook_->sums(samples), [&](Adder &adder) {
                    hook_->collect(samples, adder);
                  }));
  });
  const std::string rank = "rank " + std::to_string(communicator.rank()) + ": ";
  const std::string first = communicator.first_text(failure.empty() ? "" : rank + failure);
  if (first.empty()) return;
  if (failure.empty()) failure = first + attempted([&] { hook_->take_back(); });
  object(config_.policy, name_ + ", at the end of the step: " + failure);
}

void HookSlot::step(const Clock &clock, const Objector &object) {
  weight_ = ramp_at(clock.elapsed, config_.start, config_.ramp);
  try {
    hook_->begin(clock);
  } catch (...) {
    object(config_.policy, name_ + ", at the beginning of a step: " + current_error().what());
  }
}

std::vector<std::vector<double>> HookSlot::counters() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return counters_;
}

nlohmann::json HookSlot::told(const std::vector<std::vector<double>> &counters,
                              const ValueFields &fields) const {
  nlohmann::json object = {{"name", name_}, {"dry_run", config_.dry_run}};
  for (size_t target = 0; target < targets_.size(); ++target) {
    const ValueField &field = fields.outputs[targets_[target]];
    nlohmann::json added = told_of(counters[target]);
    if (added.empty()) continue;
    added["unit"] = field.unit;
    object["added"][field.name] = added;
  }
  if (!config_.after) object["rejected"] = counters.back().empty() ? 0.0 : counters.back()[0];
  return object;
}

nlohmann::json HookSlot::made_with(const std::string &emulator) const {
  constexpr const char *sources[] = {"none", "audit", "observe"};
  nlohmann::json object = nlohmann::json::object();
  if (hook_->remembers()) object = config_.options;
  object["fields"] = config_.fields;
  object["learn"] = sources[static_cast<size_t>(config_.learn)];
  if (config_.learn != HookConfig::Source::none) object["emulator"] = emulator;
  return object;
}

void HookSlot::state(State &state) {
  state.number("steps", steps_);
  for (size_t target = 0; target < targets_.size(); ++target)
    state.counters("added " + std::to_string(target + 1), counters_[target]);
  if (!config_.after) state.counters("rejected", counters_.back());
  hook_->state(state);
}

}  // namespace hyb
