// SPDX-License-Identifier: BSD-3-Clause
#include "audit.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "error.hpp"
#include "reproducible_sums.hpp"
#include "text.hpp"

namespace hyb {
namespace {

// Of the values of a row, from its sums; 0 where it is nothing but rounding.
constexpr double rounding = 1e-12;
double variance_of(double n, double sum, double squares) {
  const double variance = squares - sum * sum / n;
  return variance > rounding * squares ? variance : 0;
}

}  // namespace

Audit::Audit(const AuditConfig &config, const Card &card, const Grid &grid,
             const std::string &scheme)
    : config_(config),
      card_(card),
      grid_(grid),
      sampler_(config_.sample),
      difference_(card.outputs.size(), grid.ncol()),
      native_(card.outputs.size(), grid.ncol()),
      columns_(card.outputs.size()),
      alarm_(config_.alarm) {
  if (!grid.known())
    mismatch(HYB_ERROR_CONFIG, "[scheme." + scheme + ".audit]",
             "a domain created with its columns", "one without");
  for (size_t place = 0; place < card.outputs.size(); ++place) seen_.emplace_back(grid.ncol());
}

void Audit::draw(int64_t step, int64_t first, int64_t ncol, std::vector<int64_t> &rows) const {
  sampler_.draw(step, grid_, first, ncol, rows);
}

void Audit::store(size_t place, const FieldValues &native, const FieldValues &emulated,
                  int64_t first, const std::vector<int64_t> &rows) {
  for (int64_t row = 0; row < native.nrow(); ++row)
    for (const int64_t i : rows) emulated.row(row)[i] = native.row(row)[i] - emulated.row(row)[i];
  native_.store(place, native, first, rows);
  difference_.store(place, emulated, first, rows);
  for (const int64_t i : rows) seen_[place].set(first - 1 + i);
}

void Audit::gather() {
  for (size_t place = 0; place < seen_.size(); ++place) columns_[place] = seen_[place].take();
}

size_t Audit::rows() const {
  size_t rows = 0;
  for (size_t place = 0; place < card_.outputs.size(); ++place)
    rows += static_cast<size_t>(difference_.values(place).data ? native_.values(place).nrow() : 0);
  return rows;
}

// The values of a row that are finite in both.
int64_t Audit::gather_row(size_t place, int64_t row, RowValues &values) const {
  const double *difference = difference_.values(place).row(row);
  const double *native = native_.values(place).row(row);
  for (std::vector<double> &list : values) list.resize(columns_[place].size());
  double *error = values[0].data(), *truth = values[2].data();
  int64_t n = 0;
  for (const int64_t i : columns_[place]) {
    error[n] = -difference[i];
    truth[n] = native[i];
    n += std::isfinite(difference[i]) && std::isfinite(native[i]);
  }
  return n;
}

void Audit::add_row(Adder &adder, size_t first_sum, size_t place, int64_t row,
                    RowValues &values) const {
  const int64_t n = gather_row(place, row, values);
  for (size_t list : {0, 2})
    for (size_t i = 0; i < static_cast<size_t>(n); ++i)
      values[list + 1][i] = values[list][i] * values[list][i];
  adder.add(first_sum, static_cast<double>(n));
  if (row % native_.values(place).nlevel == 0)
    adder.add(first_sum + 5, static_cast<double>(columns_[place].size()));
  for (size_t sum = 0; sum < values.size(); ++sum)
    adder.add(first_sum + 1 + sum, values[sum].data(), n);
}

// Squared errors and biases of all levels of a field or species over the variance that native values
// had in all audits so far: in a level where hardly anything happens, a few columns would decide.
// From sums alone, so that ranks without samples find the same.
Score Audit::score_of(const std::vector<double> &totals) const {
  double n = 0, error = 0, bias = 0;
  for (size_t at = 0; at + nsum <= std::min(totals.size(), totals_.size());) {
    double errors = 0, biases = 0, variances = 0;
    do {
      const double *sums = &totals[at], *all = &totals_[at];
      at += nsum;
      if (!(sums[0] > 0)) continue;
      errors += sums[2] / sums[0];
      biases += sums[1] * sums[1] / (sums[0] * sums[0]);
      variances += variance_of(all[0], all[3], all[4]) / all[0];
    } while (at + nsum <= totals_.size() && !(totals_[at + 5] > 0));
    if (!(variances > 0)) continue;
    n += 1;
    error += errors / variances;
    bias += biases / variances;
  }
  if (n == 0) return {};
  return {std::sqrt(error / n), std::sqrt(bias / n), true};
}

std::string Audit::judge(const Clock &clock, const Communicator &communicator) {
  RowValues values;
  const std::vector<double> totals =
      reproducible_sums(communicator, nsum * rows(), [&](Adder &adder) {
        size_t sum = 0;
        for (size_t place = 0; place < card_.outputs.size(); ++place)
          for (int64_t row = 0; row < native_.values(place).nrow() && native_.values(place).data;
               ++row, sum += nsum)
            add_row(adder, sum, place, row, values);
      });
  overflowed_ = !std::all_of(totals.begin(), totals.end(),
                             [](double sum) { return std::isfinite(sum); });
  if (overflowed_) return alarm_.add({INFINITY, INFINITY, true}, clock.elapsed);
  totals_.resize(std::max(totals_.size(), totals.size()), 0.0);
  for (size_t i = 0; i < totals.size(); ++i) totals_[i] += totals[i];
  return alarm_.add(score_of(totals), clock.elapsed);
}

nlohmann::json Audit::since(std::vector<double> &totals) const {
  totals.resize(std::max(totals.size(), totals_.size()), 0.0);
  std::vector<double> news = totals_;
  for (size_t i = 0; i < news.size(); ++i) news[i] -= totals[i];
  totals = totals_;
  nlohmann::json object = alarm_.json();
  const Score score = score_of(news);
  object["score"] = nullptr;
  if (score.valid) object["score"] = {{"error", score.error}, {"bias", score.bias}};
  return object;
}

nlohmann::json Audit::json() const {
  nlohmann::json object = alarm_.json();
  size_t at = 0;
  for (size_t place = 0; place < card_.outputs.size(); ++place) {
    const FieldValues field = native_.values(place);
    if (!field.data) continue;
    nlohmann::json &rows = object["outputs"][card_.outputs[place].name];
    for (int64_t row = 0; row < field.nrow() && at + nsum <= totals_.size(); ++row, at += nsum) {
      const double n = totals_[at];
      if (n == 0) rows.push_back(nlohmann::json::object());
      if (n == 0) continue;
      const double variance = variance_of(n, totals_[at + 3], totals_[at + 4]);
      rows.push_back({{"n", n},
                      {"bias", totals_[at + 1] / n},
                      {"rmse", std::sqrt(totals_[at + 2] / n)},
                      {"r2", variance > 0 ? nlohmann::json(1 - totals_[at + 2] / variance)
                                          : nlohmann::json(nullptr)}});
    }
  }
  return object;
}

void Audit::state(State &state, const std::string &emulator) {
  StatePart audit(state, "audit", {{"emulator", emulator}});
  audit.shared("totals", totals_);
  nlohmann::json learned_with = {{"emulator", emulator}, {"tiles", config_.sample.tiles}};
  if (config_.sample.tiles < 1) learned_with["tile_columns"] = config_.sample.tile_columns;
  learned_with.update(alarm_.learned_with());
  StatePart alarm(state, "alarm", learned_with);
  alarm_.state(alarm);
}

}  // namespace hyb
