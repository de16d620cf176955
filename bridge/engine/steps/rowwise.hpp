// SPDX-License-Identifier: BSD-3-Clause
// Steps that work row by row: elementwise operations, casts and constants.
#pragma once

#include <algorithm>
#include <array>
#include <variant>

#include "../vector/kernels.hpp"
#include "step.hpp"

namespace hybrid_builtin {

// An operand at run time: a value (one row of it may stand for all), or numbers, one per row or one
// for all.
template <class Real>
struct PlacedOperand {
  Place place;
  const Real *numbers = nullptr;
  bool one_row = false;

  Source<Real> at(const Frame &frame, int64_t row) const {
    const int64_t begin = one_row ? 0 : row;
    if (numbers) return {numbers + begin, one_row ? 0 : 1, true};
    return {frame.at<Real>(place, begin), one_row ? 0 : frame.columns, false};
  }
};

template <class Real>
class UnaryStep : public RowStep {
 public:
  // bias: one number per row, or null
  UnaryStep(Unary function, const Place &x, const Real *bias, const Place &y,
            const std::array<double, 2> &parameters)
      : kernel_(kernels<Real>().unary[static_cast<int>(function)]), x_(x), y_(y), bias_(bias),
        parameters_{static_cast<Real>(parameters[0]), static_cast<Real>(parameters[1])} {}
  void run(const Frame &frame, int64_t first, int64_t rows) const override {
    kernel_(frame.at<Real>(x_, first), bias_ ? bias_ + first : nullptr, frame.at<Real>(y_, first),
            {rows, frame.columns}, parameters_.data());
  }

 private:
  typename Kernels<Real>::UnaryKernel kernel_;
  const Place x_, y_;
  const Real *bias_;
  const std::array<Real, 2> parameters_;
};

template <class Real>
class BinaryStep : public RowStep {
 public:
  BinaryStep(Binary function, const std::array<PlacedOperand<Real>, 2> &in, const Place &y)
      : kernel_(kernels<Real>().binary[static_cast<int>(function)]), in_(in), y_(y) {}
  void run(const Frame &frame, int64_t first, int64_t rows) const override {
    kernel_(in_[0].at(frame, first), in_[1].at(frame, first), frame.at<Real>(y_, first),
            {rows, frame.columns});
  }

 private:
  typename Kernels<Real>::BinaryKernel kernel_;
  const std::array<PlacedOperand<Real>, 2> in_;
  const Place y_;
};

template <class Real>
class ChoiceStep : public RowStep {
 public:
  ChoiceStep(const std::array<PlacedOperand<Real>, 3> &in, const Place &y) : in_(in), y_(y) {}
  void run(const Frame &frame, int64_t first, int64_t rows) const override {
    kernels<Real>().where(in_[0].at(frame, first), in_[1].at(frame, first),
                          in_[2].at(frame, first), frame.at<Real>(y_, first),
                          {rows, frame.columns});
  }

 private:
  const std::array<PlacedOperand<Real>, 3> in_;
  const Place y_;
};

template <class Real>
class ConstantStep : public RowStep {
 public:
  ConstantStep(const Real *numbers, const Place &y) : numbers_(numbers), y_(y) {}
  void run(const Frame &frame, int64_t first, int64_t rows) const override {
    Real *y = frame.at<Real>(y_, first);
    for (int64_t row = 0; row < rows; ++row, y += frame.columns)
      std::fill_n(y, frame.columns, numbers_[first + row]);
  }

 private:
  const Real *numbers_;
  const Place y_;
};

template <class From, class To>
class CastStep : public RowStep {
 public:
  CastStep(const Place &x, const Place &y) : x_(x), y_(y) {}
  void run(const Frame &frame, int64_t first, int64_t rows) const override {
    const From *x = frame.at<From>(x_, first);
    std::transform(x, x + rows * frame.columns, frame.at<To>(y_, first),
                   [](From value) { return static_cast<To>(value); });
  }

 private:
  const Place x_, y_;
};

// Rows of one chain after the other, a panel of them at a time.
class ChainStep : public Step {
 public:
  ChainStep(Chain chain, int64_t rows, int64_t row_bytes)
      : chain_(std::move(chain)), rows_(rows), row_bytes_(row_bytes) {}
  void run(const Frame &frame) const override {
    constexpr int64_t panel_bytes = 4096;  // a few operands of it lie in the first cache
    const int64_t panel = std::max<int64_t>(1, panel_bytes / (row_bytes_ * frame.columns));
    for (int64_t first = 0; first < rows_; first += panel)
      run_chain(chain_, frame, first, std::min(panel, rows_ - first));
  }

 private:
  const Chain chain_;
  const int64_t rows_, row_bytes_;
};

}  // namespace hybrid_builtin
