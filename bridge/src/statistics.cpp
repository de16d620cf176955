// SPDX-License-Identifier: BSD-3-Clause
#include "statistics.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace hyb {
namespace {

using nlohmann::json;

double value(const Rows &rows, int64_t offset) {
  if (rows.kind == HYB_REAL64) return static_cast<const double *>(rows.data)[offset];
  if (rows.kind == HYB_REAL32) return static_cast<const float *>(rows.data)[offset];
  return static_cast<const int32_t *>(rows.data)[offset];
}

// Both have tiles of one piece: captures. Levels are the host's.
void add_row(RowSums &sums, const Rows &native, const Rows &emulated, int64_t species,
             int64_t level, int64_t ncol) {
  for (int64_t i = 0; i < ncol; ++i) {
    const double truth = value(native, native.at(species, level, i));
    const double error = value(emulated, emulated.at(species, level, i)) - truth;
    if (!std::isfinite(truth) || !std::isfinite(error)) continue;
    if (sums.n == 0) sums.origin = truth;
    const double native_value = truth - sums.origin;
    sums.n += 1;
    sums.native += native_value;
    sums.native_squared += native_value * native_value;
    sums.error += error;
    sums.error_squared += error * error;
  }
}

double seconds(CallTimes::Time time) { return std::chrono::duration<double>(time).count(); }

double variance_of(const RowSums &sums) {
  return sums.n > 0 ? sums.native_squared - sums.native * sums.native / sums.n : 0;
}

json score_of(double n, double error, double error_squared, double variance) {
  if (n == 0) return json::object();
  json score = {{"n", n}, {"bias", error / n}, {"rmse", std::sqrt(error_squared / n)}};
  score["r2"] = variance > 0 ? json(1 - error_squared / variance) : json(nullptr);
  return score;
}

json score_of(const RowSums &row) {
  return score_of(row.n, row.error, row.error_squared, variance_of(row));
}

// Pooled over rows. Deviations are from the mean of each row, so that a mean profile earns no R2.
json score_of(const std::vector<RowSums> &rows) {
  double n = 0, error = 0, error_squared = 0, variance = 0;
  for (const RowSums &row : rows) {
    n += row.n;
    error += row.error;
    error_squared += row.error_squared;
    variance += variance_of(row);
  }
  return score_of(n, error, error_squared, variance);
}

}  // namespace

void Statistics::count_call(int64_t columns, const CallTimes &times) {
  Counters &own = counters_[thread_place()];
  const std::lock_guard<std::mutex> lock(own.mutex);
  ++own.calls;
  own.columns += columns;
  own.times += times;
}

void Statistics::count_native(int64_t rejected, int64_t audited) {
  Counters &own = counters_[thread_place()];
  const std::lock_guard<std::mutex> lock(own.mutex);
  own.rejected += rejected;
  own.audited += audited;
}

void Statistics::count_not_finite(int64_t inputs, int64_t outputs) {
  Counters &own = counters_[thread_place()];
  const std::lock_guard<std::mutex> lock(own.mutex);
  own.inputs_not_finite += inputs;
  own.outputs_not_finite += outputs;
}

void Statistics::count_failure() {
  Counters &own = counters_[thread_place()];
  const std::lock_guard<std::mutex> lock(own.mutex);
  ++own.failures;
}

void Statistics::Counters::add_to(Counters &sum) const {
  const std::lock_guard<std::mutex> lock(mutex);
  sum.calls += calls;
  sum.columns += columns;
  sum.inputs_not_finite += inputs_not_finite;
  sum.outputs_not_finite += outputs_not_finite;
  sum.failures += failures;
  sum.rejected += rejected;
  sum.audited += audited;
  sum.times += times;
}

void Statistics::compare(const std::string &field, const std::string &unit, const Rows &native,
                         const Rows &emulated, int64_t ncol) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Score &score = scores_[field];
  score.unit = unit;
  score.nlevel = native.nlevel;
  score.rows.resize(static_cast<size_t>(native.nlevel * native.nspecies));
  for (int64_t s = 0; s < native.nspecies; ++s)
    for (int64_t l = 0; l < native.nlevel; ++l)
      add_row(score.rows[static_cast<size_t>(s * native.nlevel + l)], native, emulated, s, l, ncol);
}

void Statistics::add_up(Counters &sum) const {
  for (const Counters &one : counters_) one.add_to(sum);
}

std::string Statistics::failures() const {
  Counters sum;
  add_up(sum);
  if (sum.failures == 0) return "";
  return std::to_string(sum.failures) + " of " + std::to_string(sum.calls);
}

std::string Statistics::json() const {
  Counters sum;
  add_up(sum);
  const std::lock_guard<std::mutex> lock(mutex_);
  nlohmann::json object = {
      {"mode", mode_},
      {"calls", sum.calls},
      {"columns", sum.columns},
      {"inputs_not_finite", sum.inputs_not_finite},
      {"outputs_not_finite", sum.outputs_not_finite},
      {"failures", sum.failures},
      {"rejected", sum.rejected},
      {"audited", sum.audited},
      {"seconds",
       {{"pack", seconds(sum.times.pack)},
        {"infer", seconds(sum.times.infer)},
        {"guard", seconds(sum.times.guard)},
        {"hooks", seconds(sum.times.hooks)},
        {"constrain", seconds(sum.times.constrain)},
        {"native", seconds(sum.times.native)},
        {"scatter", seconds(sum.times.scatter)}}}};
  for (const auto &[name, score] : scores_) {
    nlohmann::json entry = score_of(score.rows);
    entry["unit"] = score.unit;
    for (const RowSums &row : score.rows) entry["rows"].push_back(score_of(row));
    object["scores"][name] = entry;
  }
  return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace hyb
