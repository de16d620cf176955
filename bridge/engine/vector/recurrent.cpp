// SPDX-License-Identifier: BSD-3-Clause
// One step of a GRU (arXiv:1406.1078, with the reset gate behind the state's product as in cuDNN
// and torch) and of an LSTM (doi:10.1162/neco.1997.9.8.1735), after their matrix products.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "vector/recurrent.cpp"
#include "vector/targets.hpp"

#include "vector/functions-inl.hpp"
#include "vector/parts.hpp"

HWY_BEFORE_NAMESPACE();
namespace hybrid_builtin {
namespace HWY_NAMESPACE {
namespace {

// A gate's row before its activation, bias added.
template <class D, class Real>
HWY_INLINE Vector<D> biased(D d, const Real *x, Real bias) {
  return hn::Add(hn::Load(d, x), hn::Set(d, bias));
}

template <class Real>
void gru(const RecurrentStep<Real> &step) {
  const hn::ScalableTag<Real> d;
  const int64_t n = step.columns, gate = step.hidden * n;
  for (int64_t row = 0; row < step.hidden; ++row)
    for (int64_t i = row * n; i < (row + 1) * n; i += static_cast<int64_t>(hn::Lanes(d))) {
      const auto reset = logistic(d, biased(d, step.gates + i, step.bias[row]));
      const auto update = logistic(d, biased(d, step.gates + gate + i,
                                             step.bias[step.hidden + row]));
      const auto state_part = biased(d, step.other + i, step.state_bias[row]);
      const auto input_part = biased(d, step.gates + 2 * gate + i,
                                     step.bias[2 * step.hidden + row]);
      const auto fresh = hyperbolic_tangent(d, hn::MulAdd(reset, state_part, input_part));
      const auto before = hn::Load(d, step.state + i);
      const auto after = hn::MulAdd(update, hn::Sub(before, fresh), fresh);
      hn::Store(after, d, step.state + i);
      hn::Store(after, d, step.next + i);
    }
}

template <class Real>
void lstm(const RecurrentStep<Real> &step) {
  const hn::ScalableTag<Real> d;
  const int64_t n = step.columns, gate = step.hidden * n, h = step.hidden;
  for (int64_t row = 0; row < h; ++row)
    for (int64_t i = row * n; i < (row + 1) * n; i += static_cast<int64_t>(hn::Lanes(d))) {
      const Real *gates = step.gates + i;
      const auto input = logistic(d, biased(d, gates, step.bias[row]));
      const auto forget = logistic(d, biased(d, gates + gate, step.bias[h + row]));
      const auto fresh = hyperbolic_tangent(d, biased(d, gates + 2 * gate, step.bias[2 * h + row]));
      const auto output = logistic(d, biased(d, gates + 3 * gate, step.bias[3 * h + row]));
      const auto kept = hn::Mul(forget, hn::Load(d, step.other + i));
      const auto cell = hn::MulAdd(input, fresh, kept);
      const auto after = hn::Mul(output, hyperbolic_tangent(d, cell));
      hn::Store(cell, d, step.other + i);
      hn::Store(after, d, step.state + i);
      hn::Store(after, d, step.next + i);
    }
}

template <class Real>
void fill(Kernels<Real> &table) {
  table.gru = gru<Real>;
  table.lstm = lstm<Real>;
}

}  // namespace

void recurrent_real32(Kernels<float> &table) { fill(table); }
void recurrent_real64(Kernels<double> &table) { fill(table); }

}  // namespace HWY_NAMESPACE
}  // namespace hybrid_builtin
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
HYBRID_DEFINE_PART(recurrent)
#endif
