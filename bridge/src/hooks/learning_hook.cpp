// SPDX-License-Identifier: BSD-3-Clause
#include "hooks/learning_hook.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "error.hpp"
#include "text.hpp"

namespace hyb {
namespace {

// They travel over the ranks at each update, for each level.
constexpr int64_t most_sums = 1 << 18;
constexpr size_t most_values = Moments::most_variables;
// Of the values of a sample, so that their products and the sums of these stay finite.
constexpr double most_magnitude = 1e100;

// The row of a predictor that belongs to a row of the target.
int64_t row_for(const FieldValues &predictor, const FieldValues &target, int64_t row) {
  const int64_t level = predictor.nlevel > 1 ? row % target.nlevel : 0;
  const int64_t species = predictor.nspecies > 1 ? row / target.nlevel : 0;
  return species * predictor.nlevel + level;
}

bool fits(int64_t extent, int64_t target) { return extent == 1 || extent == target; }

std::string shape_of(const FieldValues &values) {
  return std::to_string(values.nlevel) + " levels and " + std::to_string(values.nspecies) +
         " species";
}

[[noreturn]] void refuse(const std::string &where, const Predictor &predictor,
                         const FieldValues &target, const FieldValues *found) {
  const std::string what = where + ": predictor " + in_quotes(predictor.name);
  if (!found) mismatch(HYB_ERROR_FIELD, what, "an array of it from the host", "none");
  mismatch(HYB_ERROR_SHAPE, what, shape_of(target) + ", or one of them", shape_of(*found));
}

// The fields of a block or of samples. Fails if one is not there or does not fit the target.
using Fields = std::array<const FieldValues *, most_values>;
Fields fields_of(const LearningOptions &options, const std::vector<FieldValues> &inputs,
                 const std::vector<FieldValues> &outputs, const FieldValues &target) {
  Fields fields{};
  for (size_t j = 0; j < options.predictors.size(); ++j) {
    const Predictor &predictor = options.predictors[j];
    const std::vector<FieldValues> &places = predictor.output ? outputs : inputs;
    if (predictor.place >= places.size() || !places[predictor.place].data)
      refuse(options.where, predictor, target, nullptr);
    fields[j] = &places[predictor.place];
    if (!fits(fields[j]->nlevel, target.nlevel) || !fits(fields[j]->nspecies, target.nspecies))
      refuse(options.where, predictor, target, fields[j]);
  }
  return fields;
}

}  // namespace

LearningHook::LearningHook(LearningOptions options, Bins bins, std::unique_ptr<Estimator> estimator)
    : options_(std::move(options)),
      bins_(std::move(bins)),
      estimator_(std::move(estimator)),
      moments_(static_cast<int64_t>(options_.predictors.size()) + 1, options_.time_scale),
      estimates_(moments_.nvariable() - 1, options_.reach) {
  const int64_t sums = bins_.size() * moments_.nsum();
  if (!bins_.by_column() && sums > most_sums)
    mismatch(HYB_ERROR_CONFIG, options_.where + ": bins",
             "at most " + std::to_string(most_sums / moments_.nsum()),
             std::to_string(bins_.size()) + " (regions times bins_per_day)");
}

Hook::Predictors LearningHook::predictors() const {
  Predictors places;
  for (const Predictor &predictor : options_.predictors)
    (predictor.output ? places.outputs : places.inputs).push_back(predictor.place);
  return places;
}

// ---- In a call

void LearningHook::check_rows(const FieldValues &values) const {
  if (values.nrow() != nrow_)
    mismatch(HYB_ERROR_SHAPE, options_.where + ": levels and species of what was learnt",
             std::to_string(values.nrow()), std::to_string(nrow_));
}

void LearningHook::apply(const BlockValues &values, std::vector<FieldValues> &increments,
                         std::vector<uint8_t> &) const {
  FieldValues &added = increments[0];
  if (!added.data || nrow_ == 0) return;
  check_rows(added);
  const double time = bins_.time(*values.clock);
  for (int64_t first = 0; first < values.ncol; first += Estimates::width)
    apply_chunk(values, first, time, added);
}

void LearningHook::apply_chunk(const BlockValues &values, int64_t first, double time,
                               FieldValues &added) const {
  const int64_t n = std::min(Estimates::width, values.ncol - first);
  Estimates::Places places;
  for (int64_t i = 0; i < n; ++i)
    places[static_cast<size_t>(i)] = bins_.between(values.first - 1 + first + i, time);
  const Fields fields = fields_of(options_, values.inputs, values.before_hooks(), added);
  std::array<const double *, most_values> rows;
  for (int64_t row = 0; row < nrow_; ++row) {
    for (size_t j = 0; j < options_.predictors.size(); ++j)
      rows[j] = fields[j]->row(row_for(*fields[j], added, row)) + first;
    estimates_.add(row * bins_.size(), places, n, rows.data(), added.row(row) + first);
  }
}

// ---- At the step boundary

void LearningHook::resize(int64_t nrow) {
  nrow_ = nrow;
  const int64_t ncell = nrow * bins_.size();
  moments_.resize(ncell);
  estimator_->resize(ncell);
  estimates_.resize(ncell);
}

// One for what was skipped; then sum q of a cell in place q * ncell + cell. Where each column has a
// state of its own nothing is added up, and as many places as rows tell ranks without samples how
// many there are.
size_t LearningHook::sums(const Samples &samples) {
  const int64_t found = samples.columns.empty() ? 0 : samples.wanted.nrow();
  return static_cast<size_t>(1 + std::max(nrow_, found) * sums_per_row());
}

// Gives each sample's cell and values, or null where they cannot be used.
template <class Visit>
void LearningHook::for_each_sample(const Samples &samples, Visit &&visit) const {
  const double time = bins_.time(*samples.clock);
  Fields fields = fields_of(options_, samples.inputs, samples.outputs, samples.wanted);
  const size_t last = options_.predictors.size();
  fields[last] = &samples.wanted;
  std::array<double, most_values> values;
  for (int64_t row = 0; row < samples.wanted.nrow(); ++row)
    for (const int64_t column : samples.columns) {
      bool usable = true;
      for (size_t j = 0; j <= last; ++j) {
        values[j] = fields[j]->row(row_for(*fields[j], samples.wanted, row))[column];
        usable = usable && std::abs(values[j]) < most_magnitude;
      }
      usable = usable && std::abs(values[last]) <= options_.largest;
      visit(row * bins_.size() + bins_.bin(column, time), usable ? values.data() : nullptr);
    }
}

void LearningHook::collect(const Samples &samples, Adder &adder) const {
  if (samples.columns.empty()) return;
  if (nrow_ > 0) check_rows(samples.wanted);
  const size_t expected = static_cast<size_t>(1 + samples.wanted.nrow() * sums_per_row());
  if (adder.size() != expected)
    mismatch(HYB_ERROR_SHAPE, options_.where + ": sums of its levels, species and bins",
             std::to_string(expected), std::to_string(adder.size()) + " on another rank");
  const size_t ncell = static_cast<size_t>(samples.wanted.nrow() * bins_.size());
  std::vector<double> sums(static_cast<size_t>(moments_.nsum()));
  for_each_sample(samples, [&](int64_t cell, const double *values) {
    if (!values) adder.add(0, 1);
    if (!values || bins_.by_column()) return;
    moments_.addends(cell, values, sums.data());
    for (size_t q = 0; q < sums.size(); ++q)
      adder.add(1 + q * ncell + static_cast<size_t>(cell), sums[q]);
  });
}

void LearningHook::update(const Samples &samples, const std::vector<double> &totals) {
  if (nrow_ == 0) resize((static_cast<int64_t>(totals.size()) - 1) / sums_per_row());
  skipped_ += totals[0];
  if (bins_.by_column())
    update_columns(samples);
  else
    update_bins(samples.clock->elapsed, totals);
}

void LearningHook::update_columns(const Samples &samples) {
  if (samples.columns.empty()) return;
  std::vector<double> sums(static_cast<size_t>(moments_.nsum()));
  for_each_sample(samples, [&](int64_t cell, const double *values) {
    if (!values) return;
    moments_.addends(cell, values, sums.data());
    merge(cell, sums.data(), 1, samples.clock->elapsed);
  });
}

void LearningHook::update_bins(double now, const std::vector<double> &totals) {
  const int64_t ncell = moments_.ncell();
  for (int64_t cell = 0; cell < ncell; ++cell)
    if (totals[static_cast<size_t>(1 + cell)] > 0) merge(cell, &totals[1 + cell], ncell, now);
}

void LearningHook::merge(int64_t cell, const double *sums, int64_t stride, double now) {
  const int64_t last = moments_.nvariable() - 1;
  const double n = sums[0], mean = moments_.mean(last, cell) + sums[(1 + last) * stride] / n;
  const double days = moments_.age(cell, now) / 86400;
  moments_.merge(cell, sums, stride, now);
  estimator_->observe(moments_, cell, n, mean, days);
  estimator_->estimate(moments_, cell, estimates_);
}

// ---- Restart and statistics

void LearningHook::check_layout(State &state) const {
  std::string name = options_.kind + ".layout";
  for (const Predictor &predictor : options_.predictors) name += "." + predictor.name;
  std::vector<double> expected = bins_.layout();
  expected.push_back(static_cast<double>(options_.predictors.size()));
  std::vector<double> found = expected;
  state.shared(name, found);
  if (found != expected)
    mismatch(HYB_ERROR_STATE, options_.where + ": regions and bins of the restart",
             nlohmann::json(expected).dump(), nlohmann::json(found).dump());
}

void LearningHook::visit_cells(State &state) {
  int64_t nrow = -1;
  const auto visit = [&](const char *name, std::vector<double> &values, int64_t each) {
    const std::string full = options_.kind + "." + name;
    if (bins_.by_column())
      state.columns(full, values);
    else
      state.shared(full, values);
    const int64_t by_row = std::max<int64_t>(1, each * bins_.size());
    const int64_t found = static_cast<int64_t>(values.size());
    if (nrow < 0) nrow = found / by_row;
    if (found != nrow * by_row)
      mismatch(HYB_ERROR_STATE, options_.where + ": " + full + " of the restart",
               std::to_string(nrow * by_row) + " values", std::to_string(found));
  };
  moments_.state(visit);
  estimator_->state(visit);
  nrow_ = nrow;
}

// What cannot be loaded leaves nothing rather than half of it.
void LearningHook::state(State &state) {
  try {
    check_layout(state);
    state.number(options_.kind + ".skipped", skipped_);
    visit_cells(state);
  } catch (...) {
    resize(0);
    throw;
  }
  make_estimates();
}

void LearningHook::make_estimates() {
  estimates_.resize(moments_.ncell());
  for (int64_t cell = 0; cell < moments_.ncell(); ++cell)
    if (moments_.count(cell) > 0) estimator_->estimate(moments_, cell, estimates_);
}

// Means over the bins that have samples.
nlohmann::json LearningHook::describe_row(int64_t row) const {
  std::map<std::string, double> means;
  double nbin = 0, samples = 0;
  for (int64_t cell = row * bins_.size(); cell < (row + 1) * bins_.size(); ++cell) {
    if (!(moments_.count(cell) > 0)) continue;
    ++nbin;
    samples += moments_.count(cell);
    nlohmann::json known = estimator_->describe(moments_, cell);
    known["estimate"] = estimates_.constant(cell);
    for (const auto &[name, value] : known.items())
      means[name] += (value.get<double>() - means[name]) / nbin;
  }
  nlohmann::json row_of_bins = means;
  row_of_bins["samples"] = samples;
  row_of_bins["bins"] = nbin;
  return row_of_bins;
}

nlohmann::json LearningHook::describe() const {
  nlohmann::json rows = nlohmann::json::array();
  for (int64_t row = 0; row < nrow_; ++row) rows.push_back(describe_row(row));
  return {{"unit", options_.unit}, {"bins", bins_.size()}, {"skipped", skipped_}, {"rows", rows}};
}

}  // namespace hyb
