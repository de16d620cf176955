// SPDX-License-Identifier: BSD-3-Clause
// Elementwise functions of a vector of columns, as types with operator()(d, x, parameters). To be
// included once for each CPU (no include guard of the usual kind).
#if defined(HYBRID_FUNCTIONS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef HYBRID_FUNCTIONS_INL_HPP
#undef HYBRID_FUNCTIONS_INL_HPP
#else
#define HYBRID_FUNCTIONS_INL_HPP
#endif

#include <cmath>
#include <limits>

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace hybrid_builtin {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class D>
using Vector = hn::Vec<D>;
template <class D>
using Number = hn::TFromD<D>;

template <class D>
constexpr bool is_real64 = sizeof(Number<D>) == 8;

template <class D>
HWY_INLINE Vector<D> number(D d, double x) {
  return hn::Set(d, static_cast<Number<D>>(x));
}

template <class D>
HWY_INLINE Vector<D> truth(D d, hn::Mask<D> m) {
  return hn::IfThenElseZero(m, number(d, 1.0));
}

// A NaN stays one. On x86 it does because it is the second operand of Max and Min.
template <class D>
HWY_INLINE Vector<D> clamped(D d, Vector<D> x, double lower, double upper) {
  const Vector<D> y = hn::Min(number(d, upper), hn::Max(number(d, lower), x));
#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR
  return y;
#else
  return hn::IfThenElse(hn::IsNaN(x), x, y);
#endif
}

template <class D>
HWY_INLINE hn::Mask<D> is_true(D d, Vector<D> x) {
  return hn::Not(hn::Eq(x, hn::Zero(d)));
}

// Where there is no vector function: one after the other.
template <class D, class Function>
HWY_INLINE Vector<D> one_by_one(D d, Vector<D> x, Function f) {
  HWY_ALIGN Number<D> a[hn::MaxLanes(d)];
  hn::Store(x, d, a);
  for (size_t i = 0; i < hn::Lanes(d); ++i) a[i] = f(a[i]);
  return hn::Load(d, a);
}
template <class D, class Function>
HWY_INLINE Vector<D> one_by_one(D d, Vector<D> x, Vector<D> y, Function f) {
  HWY_ALIGN Number<D> a[hn::MaxLanes(d)], b[hn::MaxLanes(d)];
  hn::Store(x, d, a);
  hn::Store(y, d, b);
  for (size_t i = 0; i < hn::Lanes(d); ++i) a[i] = f(a[i], b[i]);
  return hn::Load(d, a);
}

template <class D, size_t n>
HWY_INLINE Vector<D> polynomial(D d, Vector<D> x, const double (&coefficients)[n]) {
  Vector<D> y = number(d, coefficients[n - 1]);
  for (size_t i = n - 1; i-- > 0;) y = hn::MulAdd(y, x, number(d, coefficients[i]));
  return y;
}

// y 2^n for whole n from -150 to 128 and y near 1, rounded once: the same bits in either way.
#if HWY_TARGET == HWY_AVX3
template <class D>
HWY_INLINE Vector<D> scaled(D, Vector<D> y, Vector<D> n) {
  return Vector<D>{_mm512_scalef_ps(y.raw, n.raw)};
}
#else
// In two factors, since 2^n need not be a normal number; the first product is exact.
template <class D>
HWY_INLINE Vector<D> scaled(D d, Vector<D> y, Vector<D> n) {
  const hn::RebindToSigned<D> integers;
  const auto whole = hn::ConvertTo(integers, n), half = hn::ShiftRight<1>(whole);
  const auto power = [&](auto exponent) {
    return hn::BitCast(d, hn::ShiftLeft<23>(hn::Add(exponent, hn::Set(integers, 127))));
  };
  return hn::Mul(hn::Mul(y, power(half)), power(hn::Sub(whole, half)));
}
#endif

// Beyond -104 and 89 it is 0 and infinity.
template <class D>
HWY_INLINE Vector<D> exponential32(D d, Vector<D> x) {
  x = clamped(d, x, -104.0, 89.0);
  const Vector<D> n = hn::Round(hn::Mul(x, number(d, 1.4426950408889634)));
  // ln 2 in two parts, the first short enough for an exact product
  Vector<D> r = hn::NegMulAdd(n, number(d, 0.693359375), x);
  r = hn::NegMulAdd(n, number(d, -2.12194440054690583e-4), r);
  // least squares, relative error 3e-9 for |r| <= ln(2) / 2
  const Vector<D> rest = polynomial(d, r, {0.4999999345096847, 0.16666520677821087,
                                           0.041668387485971514, 0.008368711246549719,
                                           0.0013814610889547382});
  return scaled(d, hn::MulAdd(hn::Mul(r, r), rest, hn::Add(r, number(d, 1.0))), n);
}

template <class D>
HWY_INLINE Vector<D> exponential(D d, Vector<D> x) {
  if constexpr (!is_real64<D>) return exponential32(d, x);
  // Highway's is neither for NaN nor for what is far beyond 0 and infinity.
  return hn::IfThenElse(hn::IsNaN(x), x, hn::Exp(d, clamped(d, x, -746.0, 710.0)));
}

template <class D, class Function>
HWY_INLINE Vector<D> logarithm(D d, Vector<D> x, Function f) {
  const auto ordinary = hn::And(hn::Gt(x, hn::Zero(d)), hn::Lt(x, hn::Inf(d)));
  const Vector<D> y = f(hn::IfThenElse(ordinary, x, number(d, 1.0)));
  const Vector<D> zero = hn::IfThenElse(hn::Eq(x, hn::Zero(d)), hn::Neg(hn::Inf(d)), hn::NaN(d));
  return hn::IfThenElse(ordinary, y, hn::IfThenElse(hn::Eq(x, hn::Inf(d)), x, zero));
}

// x P(x^2) / Q(x^2) within [-limit, limit], beyond it 1; fitted by weighted least squares to a
// relative error below 2e-8.
template <class D, size_t n, size_t m>
HWY_INLINE Vector<D> odd_rational(D d, Vector<D> x, double limit, const double (&p)[n],
                                  const double (&q)[m]) {
  const Vector<D> inside = clamped(d, x, -limit, limit);
  const Vector<D> t = hn::Mul(inside, inside);
  const Vector<D> y = hn::Div(hn::Mul(inside, polynomial(d, t, p)), polynomial(d, t, q));
  const auto beyond = hn::Gt(hn::Abs(x), number(d, limit));
  return hn::IfThenElse(beyond, hn::CopySign(number(d, 1.0), x), y);
}

template <class D>
HWY_INLINE Vector<D> hyperbolic_tangent(D d, Vector<D> x) {
  if constexpr (is_real64<D>) return hn::IfThenElse(hn::IsNaN(x), x, hn::Tanh(d, x));
  return odd_rational(d, x, 7.95,
                      {0.9999999822397986, 0.12982078853876822, 0.0029889913891242422,
                       9.908988002254194e-06, -1.4805147027551389e-08, 2.3805460208438802e-11},
                      {1.0, 0.4631539587333163, 0.024040561628993012, 0.000237646422150173});
}

template <class D>
HWY_INLINE Vector<D> error_function(D d, Vector<D> x) {
  if constexpr (is_real64<D>) return one_by_one(d, x, [](double a) { return std::erf(a); });
  return odd_rational(d, x, 3.9,
                      {1.1283791476378187, 0.18966722967663266, 0.052668139985124145,
                       0.003738364414065294, 0.00028506278303101057, 2.066472473553648e-06},
                      {1.0, 0.5014209874251699, 0.11381912891644352, 0.014914313680178017,
                       0.0011573809325250495, 3.827004302566626e-05});
}

template <class D>
HWY_INLINE Vector<D> logistic(D d, Vector<D> x) {
  const Vector<D> one = number(d, 1.0);
  return hn::Div(one, hn::Add(one, exponential(d, hn::Neg(x))));
}

template <class D>
HWY_INLINE Vector<D> natural_logarithm(D d, Vector<D> x) {
  return logarithm(d, x, [d](Vector<D> a) { return hn::Log(d, a); });
}

template <class D>
HWY_INLINE Vector<D> logarithm_of_1_plus(D d, Vector<D> x) {
  const Vector<D> one = number(d, 1.0);
  const auto tiny = hn::Lt(hn::Abs(x), number(d, 1e-30));
  const auto ordinary = hn::And(hn::Gt(x, number(d, -1.0)), hn::Lt(x, hn::Inf(d)));
  const Vector<D> y = hn::Log1p(d, hn::IfThenElse(hn::AndNot(tiny, ordinary), x, one));
  const Vector<D> other = natural_logarithm(d, hn::Add(x, one));
  return hn::IfThenElse(tiny, x, hn::IfThenElse(ordinary, y, other));
}

template <class D>
HWY_INLINE Vector<D> exponential_minus_1(D d, Vector<D> x) {
  const auto small = hn::Lt(hn::Abs(x), number(d, 0.5));
  const Vector<D> near = hn::Expm1(d, hn::IfThenElseZero(small, x));
  return hn::IfThenElse(small, near, hn::Sub(exponential(d, x), number(d, 1.0)));
}

// log(1 + e^x) that neither overflows nor loses what is small.
template <class D>
HWY_INLINE Vector<D> soft_plus(D d, Vector<D> x) {
  const Vector<D> rest = hn::Log1p(d, exponential(d, hn::Neg(hn::Abs(x))));
  return hn::IfThenElse(hn::IsNaN(x), x, hn::Add(hn::Max(x, hn::Zero(d)), rest));
}

// NaN if one of them is, as in torch.
template <class D>
HWY_INLINE Vector<D> larger(Vector<D> a, Vector<D> b) {
  return hn::IfThenElse(hn::IsNaN(a), a, hn::IfThenElse(hn::Lt(b, a), a, b));
}
template <class D>
HWY_INLINE Vector<D> smaller(Vector<D> a, Vector<D> b) {
  return hn::IfThenElse(hn::IsNaN(a), a, hn::IfThenElse(hn::Gt(b, a), a, b));
}

#if HWY_TARGET != HWY_SCALAR
// In real64, because an error of the logarithm is multiplied by it.
template <class D>
HWY_INLINE Vector<D> power_of_positive(D d, Vector<D> x, Vector<D> y) {
  const hn::Repartition<double, D> wide;
  const hn::Half<D> half;
  const auto power = [&](auto a, auto b) {
    const auto exponent = hn::Mul(hn::PromoteTo(wide, b), hn::Log(wide, hn::PromoteTo(wide, a)));
    return hn::DemoteTo(half, exponential(wide, exponent));
  };
  return hn::Combine(d, power(hn::UpperHalf(half, x), hn::UpperHalf(half, y)),
                     power(hn::LowerHalf(half, x), hn::LowerHalf(half, y)));
}
#endif

template <class D>
HWY_INLINE Vector<D> power(D d, Vector<D> x, Vector<D> y) {
#if HWY_TARGET != HWY_SCALAR
  const auto ordinary = hn::And(hn::And(hn::Gt(x, hn::Zero(d)), hn::IsFinite(x)), hn::IsFinite(y));
  if constexpr (!is_real64<D>)
    if (hn::AllTrue(d, ordinary)) return power_of_positive(d, x, y);
#endif
  return one_by_one(d, x, y, [](Number<D> a, Number<D> b) { return std::pow(a, b); });
}

}  // namespace HWY_NAMESPACE
}  // namespace hybrid_builtin
HWY_AFTER_NAMESPACE();

#endif
