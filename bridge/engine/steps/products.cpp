// SPDX-License-Identifier: BSD-3-Clause
#include "products.hpp"

#include <algorithm>

#include "kernel_trial.hpp"

namespace hybrid_builtin {

template <class Real>
size_t KernelSet<Real>::add(const KernelShape &shape) {
  const auto found = std::find(shapes_.begin(), shapes_.end(), shape);
  const size_t number = static_cast<size_t>(found - shapes_.begin());
  if (found == shapes_.end()) shapes_.push_back(shape);
  return number;
}

template <class Real>
void KernelSet<Real>::make(int64_t tile) {
  const size_t n = shapes_.size(), sizes = static_cast<size_t>(tile / column_step);
  parts_.resize(n * sizes);
  for (size_t kernel = 0; kernel < n; ++kernel) {
    KernelTrial<Real> trial(shapes_[kernel], tile);  // one at a time: it is as large as its weights
    for (size_t size = 0; size < sizes; ++size)
      parts_[size * n + kernel] = trial.parts(column_step * static_cast<int64_t>(size + 1));
  }
}

template <class Real>
void KernelSet<Real>::count(KernelCount &count) const {
  for (size_t i = 0; i < parts_.size(); ++i) {
    const auto size = static_cast<int64_t>(i / shapes_.size() + 1);
    count.portable += parts_[i].is_portable(size * column_step);
    ++count.all;
  }
}

template <class Real>
void ProductsStep<Real>::run(const Frame &frame) const {
  for (const Panel<Real> &panel : panels_) {
    Real *y = frame.at<Real>(y_, panel.first);
    if (panel.products.empty()) std::fill_n(y, panel.rows * frame.columns, Real{0});
    for (const Product<Real> &product : panel.products)
      kernels_.run(frame, product.kernel, frame.at<Real>(product.x, product.row), product.weight,
                   y);
    run_chain(chain_, frame, panel.first, panel.rows);
  }
}

template class KernelSet<float>;
template class KernelSet<double>;
template class ProductsStep<float>;
template class ProductsStep<double>;

}  // namespace hybrid_builtin
