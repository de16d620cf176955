// SPDX-License-Identifier: BSD-3-Clause
#include "layers.hpp"

#include <algorithm>

namespace hybrid_builtin {
namespace {

// Weights (out, channels, width) as (out, width, channels): the rows of a window follow each other
// in x, so that a window is one product.
template <class Real>
const Real *windowed(Plan &plan, const Tensor &weight) {
  const int64_t out = weight.shape[0], channels = weight.shape[1], width = weight.shape[2];
  const Real *from = weight.as<Real>();
  std::vector<Real> to(static_cast<size_t>(weight.count));
  for (int64_t o = 0; o < out; ++o)
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t t = 0; t < width; ++t)
        to[static_cast<size_t>((o * width + t) * channels + c)] =
            from[(o * channels + c) * width + t];
  return keep(plan, std::move(to));
}

// The part of a convolution for one position and one group of channels.
template <class Real>
class Window {
 public:
  Window(const Convolution &op, int64_t position, int64_t group)
      : op_(op), start_(position * op.stride - op.before), group_(group) {}

  Panel<Real> panel(int64_t position, const Place &x, const Real *weight,
                    KernelSet<Real> &kernels) const {
    const int64_t out = op_.size_out / op_.groups;
    Panel<Real> panel{position * op_.size_out + group_ * out, out, {}};
    weight += group_ * out * op_.width * channels();
    const bool one_product = products_of_window(op_) == 1;
    for (int64_t tap = first_tap(); tap < end_tap(); tap += one_product ? op_.width : 1)
      add(panel, x, weight, kernels, tap, one_product ? end_tap() - tap : 1);
    return panel;
  }

 private:
  int64_t channels() const { return op_.channels / op_.groups; }

  // Taps that read x, not the padding around it.
  int64_t first_tap() const {
    return start_ >= 0 ? 0 : std::min(op_.width, (-start_ + op_.dilation - 1) / op_.dilation);
  }
  int64_t end_tap() const {
    const int64_t left = op_.length_in - start_;
    return left <= 0 ? 0 : std::min(op_.width, (left + op_.dilation - 1) / op_.dilation);
  }

  void add(Panel<Real> &panel, const Place &x, const Real *weight, KernelSet<Real> &kernels,
           int64_t tap, int64_t taps) const {
    const int64_t row = (start_ + tap * op_.dilation) * op_.channels + group_ * channels();
    const KernelShape shape = {panel.rows, taps * channels(), op_.width * channels(),
                               !panel.products.empty()};
    panel.products.push_back({x, row, weight + tap * channels(), kernels.add(shape)});
  }

  const Convolution &op_;
  const int64_t start_, group_;
};

}  // namespace

template <class Real>
Layer<Real> dense_layer(const Dense &dense, const std::vector<Sources> &sources,
                        const PlaceOf &place) {
  Layer<Real> layer{dense.groups * dense.size_out, dense.size_out, dense.bias, {}, {}};
  for (int64_t group = 0; group < dense.groups; ++group)
    for (int64_t first = 0; first < dense.size_out; first += panel_rows) {
      const int64_t rows = std::min(panel_rows, dense.size_out - first);
      Panel<Real> panel{group * dense.size_out + first, rows, {}};
      const Real *weight = dense.weight->as<Real>() + first * dense.size_in;
      for (const Rows &source : sources[static_cast<size_t>(group)]) {
        const size_t kernel = layer.kernels.add(
            {rows, source.rows, dense.size_in, !panel.products.empty()});
        panel.products.push_back({place({source.value, 0, 0}), source.first, weight, kernel});
        weight += source.rows;
      }
      layer.panels.push_back(std::move(panel));
    }
  return layer;
}

template <class Real>
Layer<Real> convolution_layer(Plan &plan, const Convolution &op, const PlaceOf &place) {
  Layer<Real> layer{op.length_out * op.size_out, op.size_out, op.bias, {}, {}};
  const Real *weight = windowed<Real>(plan, *op.weight);
  const Place x = place(op.x);
  for (int64_t position = 0; position < op.length_out; ++position)
    for (int64_t group = 0; group < op.groups; ++group)
      layer.panels.push_back(
          Window<Real>(op, position, group).panel(position, x, weight, layer.kernels));
  return layer;
}

template <class Real>
const Real *keep_bias(Plan &plan, const Layer<Real> &layer) {
  if (!layer.bias) return nullptr;
  const Real *bias = layer.bias->template as<Real>();
  std::vector<Real> repeated(static_cast<size_t>(layer.rows));
  for (int64_t row = 0; row < layer.rows; ++row)
    repeated[static_cast<size_t>(row)] = bias[row % layer.size_out];
  return keep(plan, std::move(repeated));
}

#define HYBRID_LAYERS(Real)                                                                     \
  template Layer<Real> dense_layer(const Dense &, const std::vector<Sources> &, const PlaceOf &); \
  template Layer<Real> convolution_layer(Plan &, const Convolution &, const PlaceOf &);         \
  template const Real *keep_bias(Plan &, const Layer<Real> &);
HYBRID_LAYERS(float)
HYBRID_LAYERS(double)
#undef HYBRID_LAYERS

}  // namespace hybrid_builtin
