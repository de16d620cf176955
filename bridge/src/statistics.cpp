// SPDX-License-Identifier: BSD-3-Clause
#include "statistics.hpp"

#include <cmath>

#include "error.hpp"

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

int64_t nanoseconds(CallTimes::Time time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
}

// An origin that comes from a restart has been rounded: a constant is that far from it.
double variance_of(const RowSums &sums) {
  if (sums.n == 0) return 0;
  const double variance = sums.native_squared - sums.native * sums.native / sums.n;
  const double rounding = 1e-15 * sums.origin;
  return variance > sums.n * rounding * rounding ? variance : 0;
}

// Sums that add up over ranks, whose origins differ: about zero.
constexpr size_t nsum = 5;

void append_sums(const RowSums &row, std::vector<double> &sums) {
  const double shift = row.n * row.origin;
  sums.insert(sums.end(), {row.n, row.native + shift,
                           row.native_squared + row.origin * (2 * row.native + shift), row.error,
                           row.error_squared});
}

// About their mean from now on. Variances below the rounding of such sums are those of constants.
RowSums row_of(const double *sums) {
  constexpr double rounding = 1e-15;
  RowSums row;
  if (sums[0] == 0) return row;
  row.n = sums[0];
  row.origin = sums[1] / sums[0];
  const double squared = sums[2] - row.origin * sums[1];
  if (squared > rounding * sums[2]) row.native_squared = squared;
  row.error = sums[3];
  row.error_squared = sums[4];
  return row;
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

const std::array<const char *, Statistics::ncount> Statistics::names = {
    "calls", "columns", "inputs_not_finite", "outputs_not_finite", "failures", "rejected",
    "audited", "pack", "infer", "guard", "hooks", "constrain", "native", "scatter"};

void Statistics::count_call(int64_t ncol, const CallTimes &times) {
  Counters &own = counters_[thread_place()];
  const std::lock_guard<std::mutex> lock(own.mutex);
  ++own.counts[calls];
  own.counts[columns] += ncol;
  own.counts[pack] += nanoseconds(times.pack);
  own.counts[infer] += nanoseconds(times.infer);
  own.counts[guard] += nanoseconds(times.guard);
  own.counts[hooks] += nanoseconds(times.hooks);
  own.counts[constrain] += nanoseconds(times.constrain);
  own.counts[native] += nanoseconds(times.native);
  own.counts[scatter] += nanoseconds(times.scatter);
}

void Statistics::count_native(int64_t rejected_columns, int64_t audited_columns) {
  Counters &own = counters_[thread_place()];
  const std::lock_guard<std::mutex> lock(own.mutex);
  own.counts[rejected] += rejected_columns;
  own.counts[audited] += audited_columns;
}

void Statistics::count_not_finite(int64_t inputs, int64_t outputs) {
  Counters &own = counters_[thread_place()];
  const std::lock_guard<std::mutex> lock(own.mutex);
  own.counts[inputs_not_finite] += inputs;
  own.counts[outputs_not_finite] += outputs;
}

void Statistics::count_failure() {
  Counters &own = counters_[thread_place()];
  const std::lock_guard<std::mutex> lock(own.mutex);
  ++own.counts[failed];
}

void Statistics::compare(const std::string &field, const std::string &unit, const Rows &native,
                         const Rows &emulated, int64_t ncol) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Score &score = scores_[field];
  score.unit = unit;
  score.rows.resize(static_cast<size_t>(native.nlevel * native.nspecies));
  for (int64_t s = 0; s < native.nspecies; ++s)
    for (int64_t l = 0; l < native.nlevel; ++l)
      add_row(score.rows[static_cast<size_t>(s * native.nlevel + l)], native, emulated, s, l, ncol);
}

Statistics::Counts Statistics::add_up() const {
  Counts sum{};
  for (const Counters &one : counters_) {
    const std::lock_guard<std::mutex> lock(one.mutex);
    for (size_t i = 0; i < ncount; ++i) sum[i] += one.counts[i];
  }
  return sum;
}

std::string Statistics::failures() const {
  const Counts sum = add_up();
  if (sum[failed] == 0) return "";
  return std::to_string(sum[failed]) + " of " + std::to_string(sum[calls]);
}

std::vector<double> Statistics::counters() const {
  const Counts sum = add_up();
  return {sum.begin(), sum.end()};
}

json Statistics::told(const std::vector<double> &counters) {
  nlohmann::json object;
  for (size_t i = 0; i < ncount; ++i) {
    const double value = i < counters.size() ? counters[i] : 0;
    if (i < pack) object[names[i]] = static_cast<int64_t>(value);
    if (i >= pack) object["seconds"][names[i]] = 1e-9 * value;
  }
  return object;
}

json Statistics::json() const {
  nlohmann::json object = told(counters());
  object["mode"] = mode_;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto &[name, score] : scores_) {
    nlohmann::json entry = score_of(score.rows);
    entry["unit"] = score.unit;
    for (const RowSums &row : score.rows) entry["rows"].push_back(score_of(row));
    object["scores"][name] = entry;
  }
  return object;
}

void Statistics::state(State &state) {
  std::vector<double> values = counters();
  state.counters("counters", values);
  if (values.size() != ncount)
    mismatch(HYB_ERROR_STATE, "statistics", std::to_string(+ncount) + " counters",
             std::to_string(values.size()));
  for (Counters &one : counters_) {
    const std::lock_guard<std::mutex> lock(one.mutex);
    one.counts.fill(0);
  }
  for (size_t i = 0; i < ncount; ++i) counters_[0].counts[i] = static_cast<int64_t>(values[i]);
}

void Statistics::state(State &state, const std::string &field, const std::string &unit) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto known = scores_.find(field);
  std::vector<double> own;
  if (known != scores_.end())
    for (const RowSums &row : known->second.rows) append_sums(row, own);
  std::vector<double> sums = own;
  state.counters(field, sums);
  if (sums.size() % nsum != 0)
    mismatch(HYB_ERROR_STATE, "scores/" + field, std::to_string(nsum) + " sums a row",
             std::to_string(sums.size()) + " in all");
  if (sums == own) return;  // it was only looked at
  Score score{unit, {}};
  for (size_t at = 0; at < sums.size(); at += nsum) score.rows.push_back(row_of(&sums[at]));
  scores_[field] = std::move(score);
}

}  // namespace hyb
