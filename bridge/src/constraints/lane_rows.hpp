// SPDX-License-Identifier: BSD-3-Clause
// Rows of the host's fields to rows of lanes, sums and bounds of them.
#pragma once

#include "constraints/lanes.hpp"

namespace hyb {
namespace {

// Some columns of rows that are `ld` apart.
struct AllLanes {
  const double *from;
  int64_t ld;
  Lanes operator()(int64_t i) const { return load(from + i * ld); }
};

// Of a block with fewer columns than lanes: those beyond the last one repeat it.
struct SomeLanes {
  const double *from;
  int64_t ld, n;
  Lanes operator()(int64_t i) const {
    double values[lanes];
    store(from[i * ld + n - 1], values);
    for (int64_t j = 0; j < n - 1; ++j) values[j] = from[i * ld + j];
    return load(values);
  }
};

template <class Rows>
struct Thickness {
  const Rows &rows;
  Lanes sign;

  Thickness(const Rows &half_levels, int64_t nrow)
      : rows(half_levels), sign(choice(rows(nrow) > rows(0), 1, -1)) {}
  Lanes operator()(int64_t i) const { return sign * (rows(i + 1) - rows(i)); }
};

template <bool positive, class Row>
bool gather_rows(int64_t nrow, double *to, uint8_t *bad, const Row &row_of) {
  Mask bad_lanes = {};
  for (int64_t i = 0; i < nrow; ++i) {
    const Lanes value = row_of(i);
    bad_lanes |= not_finite(value);
    if constexpr (positive) bad_lanes |= not_positive(value);
    store(value, to + i * lanes);
  }
  return set_flags(bad_lanes, bad);
}

template <class Rows>
bool gather_as(const Rows &rows, int64_t nrow, Feed feed, bool positive, double *to,
               uint8_t *bad) {
  const auto size = [&](int64_t i) { return size_of(rows(i)); };
  if (feed == Feed::size) return gather_rows<false>(nrow, to, bad, size);
  if (feed == Feed::thickness) return gather_rows<true>(nrow, to, bad, Thickness(rows, nrow));
  if (positive) return gather_rows<true>(nrow, to, bad, rows);
  return gather_rows<false>(nrow, to, bad, rows);
}

bool gather(const double *from, int64_t ld, int64_t nrow, int64_t n, Feed feed, bool positive,
            double *to, uint8_t *bad) {
  if (n == lanes) return gather_as(AllLanes{from, ld}, nrow, feed, positive, to, bad);
  return gather_as(SomeLanes{from, ld, n}, nrow, feed, positive, to, bad);
}

void integrate(const double *rows, int64_t nrow, LaneRows measure, double factor, double *sum,
               double *terms) {
  Lanes plain = {}, size = {};
  for (int64_t i = 0; i < nrow; ++i) {
    const Lanes term = row(measure, i) * load(rows + i * lanes);
    plain += term;
    size += size_of(term);
  }
  store(load(sum) + factor * plain, sum);
  store(load(terms) + size_of(factor) * size, terms);
}

void tighten(const RowLimit &limit, int64_t nrow, double dt, bool first, double *bounds) {
  const double per_dt = limit.in_step ? 1 / dt : 1, side = limit.side, margin = side * limit.margin;
  const Lanes value = limit.value;
  const LaneRows states = limit.state;
  for (int64_t i = 0; i < nrow; ++i, bounds += lanes) {
    const Lanes state = row(states, i), spare = margin * (size_of(state) + size_of(value));
    const Lanes found = ((value - state) + spare) * per_dt, old = first ? found : load(bounds);
    store(choice(side * found > side * old, found, old), bounds);
  }
}

bool check_bounds(const RowGroup &group, uint8_t *bad) {
  Mask good = ~Mask{};
  for (int64_t i = 0; i < group.nrow; ++i) good &= row(group.least, i) <= row(group.most, i);
  return set_flags(~good, bad);
}

// ---- Columns of a layer

void add_difference(const double *__restrict__ from, const double *__restrict__ to, int64_t n,
                    double *__restrict__ sum) {
  for (int64_t c = 0; c < n; ++c) sum[c] += from[c] - to[c];
}

inline double over(double value, double size) {
  return size > 0 ? value / size : __builtin_nan("");
}

void divide(const Layer &layer, double factor, int64_t n, double *__restrict__ values) {
  const double *__restrict__ half = layer.half, *__restrict__ next = layer.next_half;
  const double *__restrict__ first = layer.first_half, *__restrict__ last = layer.last_half;
  if (layer.measure) {
    const double *__restrict__ measure = layer.measure;
    for (int64_t c = 0; c < n; ++c) values[c] = over(factor * values[c], measure[c]);
    return;
  }
  for (int64_t c = 0; c < n; ++c) {
    const double growth = next[c] - half[c];
    values[c] = over(factor * values[c], last[c] > first[c] ? growth : -growth);
  }
}

}  // namespace
}  // namespace hyb
