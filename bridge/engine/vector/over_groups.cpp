// SPDX-License-Identifier: BSD-3-Clause
// Over groups of rows. The columns go through in vectors, the rows of a group in their order, so
// that results do not depend on the number of columns.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "vector/over_groups.cpp"
#include "vector/targets.hpp"

#include "vector/functions-inl.hpp"
#include "vector/parts.hpp"

HWY_BEFORE_NAMESPACE();
namespace hybrid_builtin {
namespace HWY_NAMESPACE {
namespace {

// Calls body(d, x of the group's first row, y likewise) for each vector of columns of each group.
template <class Real, class Body>
HWY_INLINE void for_each_group(const Real *x, Real *y, int64_t size, int64_t size_out,
                               const Extent &extent, Body body) {
  const hn::ScalableTag<Real> d;
  for (int64_t group = 0; group < extent.rows; ++group)
    for (int64_t i = 0; i < extent.columns; i += static_cast<int64_t>(hn::Lanes(d)))
      body(d, x + group * size * extent.columns + i, y + group * size_out * extent.columns + i);
}

// first, then f(so far, next row) ...
template <class Real, class Function>
HWY_INLINE void fold(const Real *x, Real *y, int64_t size, const Extent &extent, Function f) {
  for_each_group(x, y, size, 1, extent, [&](auto d, const Real *from, Real *to) {
    auto result = hn::Load(d, from);
    for (int64_t k = 1; k < size; ++k)
      result = f(d, result, hn::Load(d, from + k * extent.columns));
    hn::Store(result, d, to);
  });
}

template <class Real, class Function>
HWY_INLINE void scan(const Real *x, Real *y, int64_t size, const Extent &extent, Function f) {
  for_each_group(x, y, size, size, extent, [&](auto d, const Real *from, Real *to) {
    auto result = hn::Load(d, from);
    hn::Store(result, d, to);
    for (int64_t k = 1; k < size; ++k) {
      result = f(d, result, hn::Load(d, from + k * extent.columns));
      hn::Store(result, d, to + k * extent.columns);
    }
  });
}

// The first row that is `better` than all before it; a NaN is the best, as in torch.
template <class Real, class Better>
HWY_INLINE void find(const Real *x, Real *y, int64_t size, const Extent &extent, Better better) {
  for_each_group(x, y, size, 1, extent, [&](auto d, const Real *from, Real *to) {
    auto best = hn::Load(d, from), place = hn::Zero(d);
    for (int64_t k = 1; k < size; ++k) {
      const auto next = hn::Load(d, from + k * extent.columns);
      const auto taken = hn::AndNot(hn::IsNaN(best), hn::Or(better(next, best), hn::IsNaN(next)));
      best = hn::IfThenElse(taken, next, best);
      place = hn::IfThenElse(taken, number(d, static_cast<double>(k)), place);
    }
    hn::Store(place, d, to);
  });
}

const auto plus = [](auto, auto a, auto b) { return hn::Add(a, b); };
const auto times = [](auto, auto a, auto b) { return hn::Mul(a, b); };

template <class Real>
void sum(const Real *x, Real *y, int64_t size, const Extent &extent) {
  fold(x, y, size, extent, plus);
}
template <class Real>
void mean(const Real *x, Real *y, int64_t size, const Extent &extent) {
  fold(x, y, size, extent, plus);
  const hn::ScalableTag<Real> d;
  const auto n = number(d, static_cast<double>(size));
  for (int64_t i = 0; i < extent.rows * extent.columns; i += static_cast<int64_t>(hn::Lanes(d)))
    hn::Store(hn::Div(hn::Load(d, y + i), n), d, y + i);
}
template <class Real>
void product(const Real *x, Real *y, int64_t size, const Extent &extent) {
  fold(x, y, size, extent, times);
}
template <class Real>
void largest(const Real *x, Real *y, int64_t size, const Extent &extent) {
  fold(x, y, size, extent, [](auto d, auto a, auto b) { return larger<decltype(d)>(a, b); });
}
template <class Real>
void least(const Real *x, Real *y, int64_t size, const Extent &extent) {
  fold(x, y, size, extent, [](auto d, auto a, auto b) { return smaller<decltype(d)>(a, b); });
}
template <class Real>
void place_of_largest(const Real *x, Real *y, int64_t size, const Extent &extent) {
  find(x, y, size, extent, [](auto a, auto b) { return hn::Gt(a, b); });
}
template <class Real>
void place_of_least(const Real *x, Real *y, int64_t size, const Extent &extent) {
  find(x, y, size, extent, [](auto a, auto b) { return hn::Lt(a, b); });
}
template <class Real>
void cumulative_sum(const Real *x, Real *y, int64_t size, const Extent &extent) {
  scan(x, y, size, extent, plus);
}
template <class Real>
void cumulative_product(const Real *x, Real *y, int64_t size, const Extent &extent) {
  scan(x, y, size, extent, times);
}

// The largest row of a group, taken off so that no exponential overflows.
template <class D, class Real>
HWY_INLINE Vector<D> top(D d, const Real *x, int64_t size, int64_t columns) {
  Vector<D> result = hn::Load(d, x);
  for (int64_t k = 1; k < size; ++k) result = larger<D>(result, hn::Load(d, x + k * columns));
  return result;
}

template <class Real>
void softmax(const Real *x, Real *y, int64_t size, const Extent &extent) {
  const int64_t n = extent.columns;
  for_each_group(x, y, size, size, extent, [&](auto d, const Real *from, Real *to) {
    const auto most = top(d, from, size, n);
    auto total = hn::Zero(d);
    for (int64_t k = 0; k < size; ++k) {
      const auto e = exponential(d, hn::Sub(hn::Load(d, from + k * n), most));
      total = hn::Add(total, e);
      hn::Store(e, d, to + k * n);
    }
    for (int64_t k = 0; k < size; ++k)
      hn::Store(hn::Div(hn::Load(d, to + k * n), total), d, to + k * n);
  });
}

template <class Real>
void log_softmax(const Real *x, Real *y, int64_t size, const Extent &extent) {
  const int64_t n = extent.columns;
  for_each_group(x, y, size, size, extent, [&](auto d, const Real *from, Real *to) {
    const auto most = top(d, from, size, n);
    auto total = hn::Zero(d);
    for (int64_t k = 0; k < size; ++k)
      total = hn::Add(total, exponential(d, hn::Sub(hn::Load(d, from + k * n), most)));
    const auto shift = natural_logarithm(d, total);
    for (int64_t k = 0; k < size; ++k)
      hn::Store(hn::Sub(hn::Sub(hn::Load(d, from + k * n), most), shift), d, to + k * n);
  });
}

// Mean and variance over the rows of a group (arXiv:1607.06450), in two passes.
template <class Real>
void layer_norm(const LayerNorm<Real> &what, const Real *x, Real *y) {
  const int64_t n = what.columns;
  const double share = 1.0 / static_cast<double>(what.size);
  for_each_group(x, y, what.size, what.size, {what.groups, n}, [&](auto d, const Real *from,
                                                                   Real *to) {
    auto total = hn::Zero(d), squares = hn::Zero(d);
    for (int64_t k = 0; k < what.size; ++k) total = hn::Add(total, hn::Load(d, from + k * n));
    const auto average = hn::Mul(total, number(d, share));
    for (int64_t k = 0; k < what.size; ++k) {
      const auto off = hn::Sub(hn::Load(d, from + k * n), average);
      squares = hn::MulAdd(off, off, squares);
    }
    const auto variance = hn::MulAdd(squares, number(d, share), hn::Set(d, what.epsilon));
    const auto scale = hn::Div(number(d, 1.0), hn::Sqrt(variance));
    for (int64_t k = 0; k < what.size; ++k) {
      auto z = hn::Mul(hn::Sub(hn::Load(d, from + k * n), average), scale);
      if (what.weight) z = hn::Mul(z, hn::Set(d, what.weight[k]));
      if (what.bias) z = hn::Add(z, hn::Set(d, what.bias[k]));
      hn::Store(z, d, to + k * n);
    }
  });
}

template <class Real>
void fill(Kernels<Real> &table) {
#define HYBRID_FILL(name, word) \
  table.over_groups[static_cast<int>(OverGroups::name)] = name<Real>;
  HYBRID_OVER_GROUPS(HYBRID_FILL)
#undef HYBRID_FILL
  table.layer_norm = layer_norm<Real>;
}

}  // namespace

void over_groups_real32(Kernels<float> &table) { fill(table); }
void over_groups_real64(Kernels<double> &table) { fill(table); }

}  // namespace HWY_NAMESPACE
}  // namespace hybrid_builtin
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
HYBRID_DEFINE_PART(over_groups)
#endif
