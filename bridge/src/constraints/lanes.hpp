// SPDX-License-Identifier: BSD-3-Clause
// The columns that are worked on side by side, as one value. For files that are compiled for
// several instruction sets: all is in an anonymous namespace, so that no copy of it serves another
// file.
#pragma once

#include "constraints/projection_loops.hpp"

namespace hyb {
namespace {

typedef double Lanes __attribute__((vector_size(lanes * sizeof(double))));
typedef decltype(Lanes{} < Lanes{}) Mask;  // by lane: all bits or none

inline Lanes load(const double *from) {
  Lanes value;
  __builtin_memcpy(&value, from, sizeof value);
  return value;
}

inline void store(const Lanes &value, double *to) { __builtin_memcpy(to, &value, sizeof value); }

inline Lanes row(const LaneRows &rows, int64_t i) { return load(rows.data + i * rows.step); }

inline Lanes all(double value) { return Lanes{} + value; }

inline Lanes size_of(const Lanes &value) {
  return reinterpret_cast<Lanes>(reinterpret_cast<Mask>(value) & INT64_MAX);
}

inline Lanes larger(const Lanes &a, const Lanes &b) { return a > b ? a : b; }

inline bool any(const Mask &mask) {
  int64_t bits = 0;
  for (int64_t i = 0; i < lanes; ++i) bits |= mask[i];
  return bits != 0;
}

inline Mask mask_of(const uint8_t *flags) {
  Mask mask;
  for (int64_t i = 0; i < lanes; ++i) mask[i] = flags[i] ? -1 : 0;
  return mask;
}

// Of symmetric matrices only the lower half is kept.
constexpr int64_t below(int64_t row, int64_t column) { return row * (row + 1) / 2 + column; }
constexpr int64_t most_below = below(most_budgets, 0);

// Where a pivot has lost so much, a budget is taken for a combination of those before it.
constexpr double least_pivot = 1e-9;

// Turns the lower half of a matrix into its factors L D L', with 1 / D on the diagonal: 0 for a row
// that follows from those before it. Marks the lanes in which there is one.
inline Mask factorise(Lanes *matrix, int64_t n) {
  Mask singular = {};
  for (int64_t k = 0; k < n; ++k) {
    const Lanes whole = matrix[below(k, k)];
    Lanes pivot = whole;
    for (int64_t i = 0; i < k; ++i) {
      Lanes left = matrix[below(k, i)];
      for (int64_t j = 0; j < i; ++j) left -= matrix[below(k, j)] * matrix[below(i, j)];
      matrix[below(k, i)] = left;
    }
    for (int64_t i = 0; i < k; ++i) {
      const Lanes left = matrix[below(k, i)];
      matrix[below(k, i)] = left * matrix[below(i, i)];
      pivot -= left * matrix[below(k, i)];
    }
    const Mask good = pivot > least_pivot * whole;
    matrix[below(k, k)] = good ? 1 / pivot : Lanes{};
    singular |= ~good;
  }
  return singular;
}

// Replaces b by the solution.
inline void solve(const Lanes *factors, int64_t n, Lanes *b) {
  for (int64_t k = 0; k < n; ++k)
    for (int64_t i = 0; i < k; ++i) b[k] -= factors[below(k, i)] * b[i];
  for (int64_t k = 0; k < n; ++k) b[k] *= factors[below(k, k)];
  for (int64_t k = n - 1; k >= 0; --k)
    for (int64_t i = k + 1; i < n; ++i) b[k] -= factors[below(i, k)] * b[i];
}

}  // namespace
}  // namespace hyb
