// SPDX-License-Identifier: BSD-3-Clause
#include "guards/matrix_guards.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "error.hpp"
#include "pack_loops.hpp"
#include "text.hpp"

namespace hyb {
namespace {

// Calls body(first value of row 0, ld, samples, first sample within the block) tile by tile.
template <class T, class Body>
void each_tile(const NetworkMatrix &matrix, Body &&body) {
  for (int64_t done = 0; done < matrix.nsample;) {
    const int64_t sample = matrix.first_sample + done;
    const int64_t n = std::min(matrix.nsample - done, matrix.tiles.end(sample) - sample);
    body(static_cast<T *>(matrix.data) + matrix.tiles.at(0, sample), matrix.tiles.ld(sample), n,
         done);
    done += n;
  }
}

bool outside(const LimitedRows<float> &rows) { return pack_loops().outside32(rows); }
bool outside(const LimitedRows<double> &rows) { return pack_loops().outside64(rows); }

}  // namespace

void MatrixGuards::add(RangeGuard guard) {
  guard.round_to(kind_);
  size_t row = 0;
  while (row < guard.lower.size() && !guard.limits(row)) ++row;
  if (row < guard.lower.size()) guards_.push_back(std::move(guard));
}

void MatrixGuards::prepare() {
  if (guards_.empty()) return;
  lower64_ = guards_[0].lower;
  upper64_ = guards_[0].upper;
  for (const RangeGuard &guard : guards_)
    for (size_t row = 0; row < lower64_.size(); ++row) {
      lower64_[row] = std::max(lower64_[row], guard.lower[row]);
      upper64_[row] = std::min(upper64_[row], guard.upper[row]);
    }
  lower32_.assign(lower64_.begin(), lower64_.end());  // exact: limits are of the network's kind
  upper32_.assign(upper64_.begin(), upper64_.end());
}

template <class T>
bool MatrixGuards::clean(const NetworkMatrix &matrix, const std::vector<T> &lower,
                         const std::vector<T> &upper) const {
  bool bad = false;
  each_tile<T>(matrix, [&](const T *rows, int64_t ld, int64_t n, int64_t) {
    const int64_t nrow = static_cast<int64_t>(lower.size());
    bad = bad || outside({rows, ld, n, nrow, lower.data(), upper.data()});
  });
  return !bad;
}

std::vector<Objection> MatrixGuards::judge(const NetworkMatrix &matrix, Verdict &verdict) {
  if (guards_.empty()) return {};
  if (matrix.kind == HYB_REAL64)
    return clean(matrix, lower64_, upper64_) ? std::vector<Objection>()
                                             : judge_all<double>(matrix, verdict);
  return clean(matrix, lower32_, upper32_) ? std::vector<Objection>()
                                           : judge_all<float>(matrix, verdict);
}

// What one guard finds in one block.
template <class T>
class MatrixGuards::Judgement {
 public:
  Judgement(const MatrixGuards &guards, size_t index, int64_t nsample, Verdict &verdict,
            NewCounts &counts)
      : found{&guards.guards_[index], 0, 0, 0, 0, 0},
        index_(index),
        guard_(guards.guards_[index]),
        box_(guards.box_),
        last_level_(guards.flips_ ? nsample / verdict.ncol() - 1 : -1),
        verdict_(verdict),
        counts_(counts),
        seen_(static_cast<size_t>(verdict.ncol()), 0) {}

  // A tile, whose samples follow those of the tile before.
  void judge(T *rows, int64_t ld, int64_t n, int64_t begin) {
    for (size_t row = 0; row < guard_.lower.size(); ++row) {
      T *values = rows + static_cast<int64_t>(row) * ld;
      const T lower = static_cast<T>(guard_.lower[row]), upper = static_cast<T>(guard_.upper[row]);
      if (!guard_.limits(row) || !outside({values, ld, n, 1, &lower, &upper})) continue;
      const int64_t ncol = verdict_.ncol();
      for (int64_t i = 0; i < n;) {
        const int64_t column = (begin + i) % ncol, end = std::min(n, i + ncol - column);
        judge_level(row, (begin + i) / ncol, values + i, column, end - i);
        i = end;
      }
    }
  }

  Objection found;

 private:
  // Columns of one level; `own`: in the order of the samples, 0 unless they are boxes.
  void judge_level(size_t row, int64_t own, T *values, int64_t column, int64_t n) {
    const int64_t level = box_ && last_level_ >= 0 ? last_level_ - own : own;
    const T lower = static_cast<T>(guard_.lower[row]), upper = static_cast<T>(guard_.upper[row]);
    int64_t beyond = 0;
    for (int64_t i = 0; i < n; ++i)
      if (!(values[i] >= lower && values[i] <= upper))
        beyond += judge(row, level, column + i, values[i]);
    if (beyond > 0) counts_.emplace_back(std::make_tuple(index_, row, level), beyond);
  }

  // Whether the value is beyond.
  bool judge(size_t row, int64_t level, int64_t column, T &value) {
    const double number = static_cast<double>(value), weight = guard_.weight(row, number);
    if (weight >= 1) return false;
    if (found.columns == 0) found = {&guard_, 0, column, row, level, number};
    uint8_t &seen = seen_[static_cast<size_t>(column)];
    found.columns += !seen;
    seen = 1;
    if (guard_.policy == Policy::clip && !std::isnan(number))
      value = static_cast<T>(std::clamp(number, guard_.lower[row], guard_.upper[row]));
    else if (guard_.policy != Policy::pass)
      verdict_.limit(column, weight);
    return true;
  }

  size_t index_;
  const RangeGuard &guard_;
  bool box_;
  int64_t last_level_;  // of boxes whose levels are flipped; else -1
  Verdict &verdict_;
  NewCounts &counts_;
  std::vector<uint8_t> seen_;  // by column
};

// Rare: some value of the block is beyond some guard.
template <class T>
std::vector<Objection> MatrixGuards::judge_all(const NetworkMatrix &matrix, Verdict &verdict) {
  std::vector<Objection> objections;
  NewCounts counts;
  for (size_t index = 0; index < guards_.size(); ++index) {
    Judgement<T> judgement(*this, index, matrix.nsample, verdict, counts);
    each_tile<T>(matrix, [&](T *rows, int64_t ld, int64_t n, int64_t begin) {
      judgement.judge(rows, ld, n, begin);
    });
    if (judgement.found.columns > 0) objections.push_back(judgement.found);
  }
  count(counts);
  return objections;
}

// Where one stands in the map, the next one mostly follows.
void MatrixGuards::count(const NewCounts &counts) {
  const std::lock_guard<std::mutex> lock(mutex_);
  auto place = counts_.begin();
  for (const auto &[key, columns] : counts) {
    place = counts_.try_emplace(place, key, 0);
    place++->second += columns;
  }
}

// Levels slowest, as ranks may have seen fewer of them.
std::vector<double> MatrixGuards::counters() const {
  const size_t nrow = lower64_.size(), of_level = guards_.size() * nrow;
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<double> counters(box_ ? 0 : of_level, 0.0);
  for (const auto &[key, columns] : counts_) {
    const auto &[guard, row, level] = key;
    const size_t at = static_cast<size_t>(level) * of_level + guard * nrow + row;
    if (at >= counters.size()) counters.resize((static_cast<size_t>(level) + 1) * of_level, 0.0);
    counters[at] = static_cast<double>(columns);
  }
  return counters;
}

GuardCounts MatrixGuards::counts_of(const std::vector<double> &counters) const {
  GuardCounts counts;
  const size_t nrow = lower64_.size(), of_level = guards_.size() * nrow;
  for (size_t at = 0; at < counters.size() && of_level > 0; ++at)
    if (counters[at] != 0)
      counts[{at % of_level / nrow, at % nrow, static_cast<int64_t>(at / of_level)}] =
          static_cast<int64_t>(counters[at]);
  return counts;
}

void MatrixGuards::state(State &state) {
  std::vector<double> values = counters();
  state.counters(side_, values);
  const size_t of_level = guards_.size() * lower64_.size();
  if (of_level == 0 ? !values.empty() : values.size() % of_level != 0)
    mismatch(HYB_ERROR_STATE, "guards/" + side_,
             std::to_string(of_level) + " counters for each level",
             std::to_string(values.size()));
  const std::lock_guard<std::mutex> lock(mutex_);
  counts_ = counts_of(values);
}

}  // namespace hyb
