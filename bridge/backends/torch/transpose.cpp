// SPDX-License-Identifier: BSD-3-Clause
#include "transpose.hpp"

#include <algorithm>
#include <cstring>

namespace hybrid_torch {
namespace {

constexpr int64_t side = 4;   // of what is held in registers
constexpr int64_t line = 16;  // numbers in a line of the cache, written as a whole

// Of the compiler, for any CPU.
using Four = float __attribute__((vector_size(side * sizeof(float))));

Four loaded(const float *from) {
  Four four;
  std::memcpy(&four, from, sizeof four);
  return four;
}

void store(float *to, Four four) { std::memcpy(to, &four, sizeof four); }

void square(const float *from, int64_t from_stride, float *to, int64_t to_stride) {
  const Four a = loaded(from), b = loaded(from + from_stride);
  const Four c = loaded(from + 2 * from_stride), d = loaded(from + 3 * from_stride);
  const Four ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
  const Four ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const Four cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  const Four cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  store(to, __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5));
  store(to + to_stride, __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7));
  store(to + 2 * to_stride, __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5));
  store(to + 3 * to_stride, __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7));
}

}  // namespace

void transpose(const float *from, int64_t from_stride, float *to, int64_t to_stride, int64_t nrow,
               int64_t ncolumn) {
  const auto one_by_one = [&](int64_t first_row, int64_t first_column, int64_t last_column) {
    for (int64_t j = first_column; j < last_column; ++j)
      for (int64_t i = first_row; i < nrow; ++i) to[j * to_stride + i] = from[i * from_stride + j];
  };
  const int64_t whole_rows = nrow / side * side, whole_columns = ncolumn / side * side;
  for (int64_t begin = 0; begin < whole_rows; begin += line)
    for (int64_t j = 0; j < whole_columns; j += side)
      for (int64_t i = begin; i < std::min(begin + line, whole_rows); i += side)
        square(from + i * from_stride + j, from_stride, to + j * to_stride + i, to_stride);
  one_by_one(whole_rows, 0, whole_columns);
  one_by_one(0, whole_columns, ncolumn);
}

}  // namespace hybrid_torch
