// SPDX-License-Identifier: BSD-3-Clause
#include "kernel_trial.hpp"

#include <algorithm>
#include <cstring>

namespace hybrid_builtin {
namespace {

// Vectors are loaded aligned.
constexpr int64_t alignment = 64;

template <class Real>
Real *aligned(std::vector<Real> &numbers) {
  const auto address = reinterpret_cast<uintptr_t>(numbers.data());
  return reinterpret_cast<Real *>((address + alignment - 1) / alignment * alignment);
}

template <class Real>
std::vector<Real> room(int64_t count) {
  return std::vector<Real>(static_cast<size_t>(count) + alignment / sizeof(Real));
}

// Between -1 and 1, with all their bits: the fractional parts of multiples of the golden ratio.
template <class Real>
void make_up(Real *numbers, int64_t count, int64_t first) {
  for (int64_t i = 0; i < count; ++i) {
    const double multiple = 0.6180339887498949 * static_cast<double>(first + i);
    numbers[i] = static_cast<Real>(2.0 * (multiple - static_cast<double>(
                                                         static_cast<int64_t>(multiple))) - 1.0);
  }
}

template <class Real>
void copy_columns(const Real *from, int64_t ld, Real *to, int64_t columns, int64_t rows) {
  for (int64_t row = 0; row < rows; ++row)
    std::copy_n(from + row * ld, columns, to + row * columns);
}

}  // namespace

template <class Real>
KernelTrial<Real>::KernelTrial(const KernelShape &shape, int64_t tile)
    : shape_(shape), tile_(tile), weight_(room<Real>(shape.n * shape.ldb)),
      x_(room<Real>(2 * shape.k * tile)), y_(room<Real>(2 * shape.n * tile)),
      expected_(room<Real>(shape.n * tile)) {
  make_up(weight_.data(), shape.n * shape.ldb, 1);
  make_up(aligned(x_), shape.k * tile, 7);
  make_up(aligned(y_), shape.n * tile, 11);
  std::copy_n(aligned(y_), shape.n * tile, aligned(expected_));
  Gemm<Real>(shape_of(tile, tile), true)(aligned(x_), weight_.data(), aligned(expected_));
}

template <class Real>
GemmShape KernelTrial<Real>::shape_of(int64_t columns, int64_t ld) const {
  return {columns, shape_.n, shape_.k, ld, shape_.ldb, ld, shape_.accumulate};
}

// The first columns of the tile, rows as close as they are there.
template <class Real>
bool KernelTrial<Real>::is_right(const Parts<Real> &parts, int64_t columns) {
  Real *x = aligned(x_) + shape_.k * tile_, *y = aligned(y_) + shape_.n * tile_;
  copy_columns(aligned(x_), tile_, x, columns, shape_.k);
  copy_columns(aligned(y_), tile_, y, columns, shape_.n);
  Frame frame{};
  frame.columns = columns;
  parts(frame, x, weight_.data(), y);
  for (int64_t row = 0; row < shape_.n; ++row)
    if (std::memcmp(y + row * columns, aligned(expected_) + row * tile_,
                    static_cast<size_t>(columns) * sizeof(Real)) != 0)
      return false;
  return true;
}

template <class Real>
Parts<Real> KernelTrial<Real>::parts(int64_t columns) {
  const Gemm<Real> whole(shape_of(columns, columns));
  const Parts<Real> one = {whole, {}, columns};
  if (is_right(one, columns)) return one;
  const int64_t most = columns - column_step;
  for (const bool portable : {false, true}) {
    if (most == 0) break;
    const Parts<Real> two = {Gemm<Real>(shape_of(most, columns)),
                             Gemm<Real>(shape_of(column_step, columns), portable), most};
    if (is_right(two, columns)) return two;
  }
  return {Gemm<Real>(shape_of(columns, columns), true), {}, columns};
}

template class KernelTrial<float>;
template class KernelTrial<double>;

}  // namespace hybrid_builtin
