// SPDX-License-Identifier: BSD-3-Clause
// Dense layers and convolutions as panels of matrix products.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "graph.hpp"
#include "plan.hpp"
#include "steps/products.hpp"
#include "uses.hpp"

namespace hybrid_builtin {

// As many rows as stay in the first cache until the operations behind the product have read them.
constexpr int64_t panel_rows = 128;

// A window is one product where its rows follow each other, else one for each tap.
inline int64_t products_of_window(const Convolution &op) {
  return op.groups == 1 && op.dilation == 1 ? 1 : op.width;
}

using PlaceOf = std::function<Place(const Rows &)>;

template <class Real>
struct Layer {
  int64_t rows = 0;                // of the result
  int64_t size_out = 0;            // of a group or a position: the biases repeat over them
  const Tensor *bias = nullptr;    // or null
  std::vector<Panel<Real>> panels;
  KernelSet<Real> kernels;
};

// Keeps numbers as long as the plan.
template <class Real>
const Real *keep(Plan &plan, std::vector<Real> numbers) {
  auto kept = std::make_shared<const std::vector<Real>>(std::move(numbers));
  plan.weights.push_back(kept);
  return kept->data();
}

template <class Real>
Layer<Real> dense_layer(const Dense &dense, const std::vector<Sources> &sources,
                        const PlaceOf &place);

template <class Real>
Layer<Real> convolution_layer(Plan &plan, const Convolution &op, const PlaceOf &place);

// One bias for each row of the result, or null.
template <class Real>
const Real *keep_bias(Plan &plan, const Layer<Real> &layer);

}  // namespace hybrid_builtin
