// SPDX-License-Identifier: BSD-3-Clause
// Rows of the host's fields to rows of lanes and back, sums and bounds of them.
#pragma once

#include "constraints/lanes.hpp"

namespace hyb {
namespace {

// The lanes beyond the last column repeat it.
inline Lanes load_columns(const double *from, int64_t n) {
  if (n == lanes) return load(from);
  double values[lanes];
  for (int64_t i = 0; i < lanes; ++i) values[i] = from[i < n ? i : n - 1];
  return load(values);
}

struct Thickness {
  const double *from;
  int64_t ld, n;
  Lanes sign;

  Thickness(const double *first, int64_t step, int64_t nrow, int64_t columns)
      : from(first), ld(step), n(columns) {
    const Lanes growth = load_columns(from + nrow * ld, n) - load_columns(from, n);
    sign = choice(growth > 0, 1, -1);
  }
  Lanes operator()(int64_t i) const {
    return sign * (load_columns(from + (i + 1) * ld, n) - load_columns(from + i * ld, n));
  }
};

template <class Row>
void gather_rows(int64_t nrow, double above, double *to, uint8_t *bad, const Row &row_of) {
  Mask good = ~Mask{};
  for (int64_t i = 0; i < nrow; ++i) {
    const Lanes value = row_of(i);
    good &= (size_of(value) <= __DBL_MAX__) & (value > above);
    store(value, to + i * lanes);
  }
  for (int64_t i = 0; i < lanes; ++i) bad[i] |= good[i] ? 0 : 1;
}

void gather(const double *from, int64_t ld, int64_t nrow, int64_t n, Feed feed, double above,
            double *to, uint8_t *bad) {
  const auto plain = [&](int64_t i) { return load_columns(from + i * ld, n); };
  const auto size = [&](int64_t i) { return size_of(load_columns(from + i * ld, n)); };
  if (feed == Feed::plain) return gather_rows(nrow, above, to, bad, plain);
  if (feed == Feed::size) return gather_rows(nrow, above, to, bad, size);
  gather_rows(nrow, above, to, bad, Thickness(from, ld, nrow, n));
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
  const double per_dt = limit.in_step ? 1 / dt : 1, margin = limit.side * limit.margin;
  for (int64_t i = 0; i < nrow; ++i, bounds += lanes) {
    const Lanes state = row(limit.state, i);
    const Lanes spare = margin * (size_of(state) + size_of(limit.value));
    const Lanes found = ((limit.value - state) + spare) * per_dt;
    const Lanes old = first ? found : load(bounds);
    store(choice(limit.side * found > limit.side * old, found, old), bounds);
  }
}

void check_bounds(const RowGroup &group, uint8_t *bad) {
  Mask good = ~Mask{};
  for (int64_t i = 0; i < group.nrow; ++i) good &= row(group.least, i) <= row(group.most, i);
  for (int64_t i = 0; i < lanes; ++i) bad[i] |= good[i] ? 0 : 1;
}

// What is equal keeps its bits, the sign of a zero too.
void scatter(const double *rows, int64_t nrow, const uint8_t *where, double *to, int64_t ld,
             int64_t n) {
  const Mask wanted = mask_of(where);
  for (int64_t i = 0; i < nrow; ++i, to += ld) {
    const Lanes value = load(rows + i * lanes), old = load_columns(to, n);
    const Mask changes = wanted & ~(value == old);
    if (n == lanes)
      store(choice(changes, value, old), to);
    else
      for (int64_t j = 0; j < n; ++j)
        if (changes[j]) to[j] = value[j];
  }
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
