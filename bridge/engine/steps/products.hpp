// SPDX-License-Identifier: BSD-3-Clause
// Matrix products: dense layers and convolutions, panel by panel of rows, each followed by the
// elementwise operations behind it.
#pragma once

#include <vector>

#include "../gemm.hpp"
#include "step.hpp"

namespace hybrid_builtin {

// Shape of a kernel but for the number of columns.
struct KernelShape {
  int64_t n, k, ldb;
  bool accumulate;
};

inline bool operator==(const KernelShape &a, const KernelShape &b) {
  return a.n == b.n && a.k == b.k && a.ldb == b.ldb && a.accumulate == b.accumulate;
}

// A product of all columns, in one part or two.
template <class Real>
struct Parts {
  Gemm<Real> first, second;
  int64_t columns;  // of the first; the second has the others

  // Of a tile of so many columns.
  bool is_portable(int64_t tile) const {
    return first.is_portable() || (columns < tile && second.is_portable());
  }
  void operator()(const Frame &frame, const Real *a, const Real *b, Real *c) const {
    first(a, b, c);
    if (columns < frame.columns) second(a + columns, b, c + columns);
  }
};

// Kernels of the shapes that a step needs, for each number of columns up to a tile's. A library may
// add up in another order for another number of columns: what it makes is taken if it has the bits
// of the portable product, so that a column's result is the same in every tile.
template <class Real>
class KernelSet {
 public:
  // Number of the kernel, to be called before `make`.
  size_t add(const KernelShape &shape);
  void make(int64_t tile);
  void count(KernelCount &count) const;
  void run(const Frame &frame, size_t kernel, const Real *a, const Real *b, Real *c) const {
    parts_[frame.size * shapes_.size() + kernel](frame, a, b, c);
  }

 private:
  std::vector<KernelShape> shapes_;
  std::vector<Parts<Real>> parts_;
};

// c rows += weight (n, k) times k rows of x from `row`
template <class Real>
struct Product {
  Place x;
  int64_t row;
  const Real *weight;
  size_t kernel;
};

template <class Real>
struct Panel {
  int64_t first, rows;
  std::vector<Product<Real>> products;  // none: zeros (a convolution's window full of padding)
};

template <class Real>
class ProductsStep : public Step {
 public:
  ProductsStep(std::vector<Panel<Real>> panels, KernelSet<Real> kernels, const Place &y,
               Chain chain)
      : panels_(std::move(panels)), kernels_(std::move(kernels)), y_(y), chain_(std::move(chain)) {}
  void run(const Frame &frame) const override;
  void count(KernelCount &count) const override { kernels_.count(count); }

 private:
  const std::vector<Panel<Real>> panels_;
  const KernelSet<Real> kernels_;
  const Place y_;
  const Chain chain_;
};

}  // namespace hybrid_builtin
