// SPDX-License-Identifier: BSD-3-Clause
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "vector/elementwise.cpp"
#include "vector/targets.hpp"

#include "vector/functions-inl.hpp"
#include "vector/parts.hpp"

HWY_BEFORE_NAMESPACE();
namespace hybrid_builtin {
namespace HWY_NAMESPACE {
namespace {

// ---- Functions of one operand; p are the parameters of the operation ----------------------------

#define HYBRID_FUNCTION(name, expression)                               \
  struct name##_function {                                              \
    template <class D>                                                  \
    HWY_INLINE Vector<D> operator()(D d, Vector<D> x, const Number<D> *p) const { \
      (void)d, (void)p;                                                 \
      return expression;                                                \
    }                                                                   \
  };

HYBRID_FUNCTION(identity, x)
HYBRID_FUNCTION(negative, hn::Neg(x))
HYBRID_FUNCTION(absolute, hn::Abs(x))
HYBRID_FUNCTION(sign, hn::IfThenElse(hn::IsNaN(x), x,
                                     hn::Sub(truth(d, hn::Gt(x, hn::Zero(d))),
                                             truth(d, hn::Lt(x, hn::Zero(d))))))
HYBRID_FUNCTION(square, hn::Mul(x, x))
HYBRID_FUNCTION(square_root, hn::Sqrt(x))
HYBRID_FUNCTION(reciprocal, hn::Div(number(d, 1.0), x))
HYBRID_FUNCTION(reciprocal_root, hn::Div(number(d, 1.0), hn::Sqrt(x)))
HYBRID_FUNCTION(exp, exponential(d, x))
HYBRID_FUNCTION(exp_minus_1, exponential_minus_1(d, x))
HYBRID_FUNCTION(log, natural_logarithm(d, x))
HYBRID_FUNCTION(log_1_plus, logarithm_of_1_plus(d, x))
HYBRID_FUNCTION(log2, logarithm(d, x, [d](Vector<D> a) { return hn::Log2(d, a); }))
HYBRID_FUNCTION(log10, logarithm(d, x, [d](Vector<D> a) { return hn::Log10(d, a); }))
HYBRID_FUNCTION(sin, one_by_one(d, x, [](Number<D> a) { return std::sin(a); }))
HYBRID_FUNCTION(cos, one_by_one(d, x, [](Number<D> a) { return std::cos(a); }))
HYBRID_FUNCTION(tanh, hyperbolic_tangent(d, x))
HYBRID_FUNCTION(sigmoid, logistic(d, x))
HYBRID_FUNCTION(erf, error_function(d, x))
HYBRID_FUNCTION(relu, hn::IfThenZeroElse(hn::Lt(x, hn::Zero(d)), x))
HYBRID_FUNCTION(silu, hn::Mul(x, logistic(d, x)))
HYBRID_FUNCTION(gelu, hn::Mul(hn::Mul(x, number(d, 0.5)),
                              hn::Add(number(d, 1.0),
                                      error_function(d, hn::Mul(x, number(d, M_SQRT1_2))))))
HYBRID_FUNCTION(gelu_tanh,
                hn::Mul(hn::Mul(x, number(d, 0.5)),
                        hn::Add(number(d, 1.0),
                                hyperbolic_tangent(
                                    d, hn::Mul(hn::Mul(x, number(d, M_SQRT1_2 * M_2_SQRTPI)),
                                               hn::MulAdd(hn::Mul(x, x), number(d, 0.044715),
                                                          number(d, 1.0)))))))
HYBRID_FUNCTION(mish, hn::Mul(x, hyperbolic_tangent(d, soft_plus(d, x))))
HYBRID_FUNCTION(softsign, hn::Div(x, hn::Add(number(d, 1.0), hn::Abs(x))))
HYBRID_FUNCTION(hard_sigmoid, hn::Mul(clamped(d, hn::Add(x, number(d, 3.0)), 0.0, 6.0),
                                      number(d, 1.0 / 6.0)))
HYBRID_FUNCTION(hard_swish, hn::Mul(x, hard_sigmoid_function()(d, x, p)))
HYBRID_FUNCTION(floor, hn::Floor(x))
HYBRID_FUNCTION(ceiling, hn::Ceil(x))
HYBRID_FUNCTION(round, hn::Round(x))
HYBRID_FUNCTION(truncate, hn::Trunc(x))
HYBRID_FUNCTION(logical_not, truth(d, hn::Eq(x, hn::Zero(d))))
HYBRID_FUNCTION(is_nan, truth(d, hn::IsNaN(x)))
HYBRID_FUNCTION(is_infinite, truth(d, hn::IsInf(x)))
HYBRID_FUNCTION(leaky_relu, hn::IfThenElse(hn::Gt(x, hn::Zero(d)), x, hn::Mul(x, hn::Set(d, p[0]))))
HYBRID_FUNCTION(elu, hn::IfThenElse(hn::Gt(x, hn::Zero(d)), x,
                                    hn::Mul(hn::Set(d, p[0]), exponential_minus_1(d, x))))
constexpr double selu_alpha = 1.6732632423543772848170429916717;  // arXiv:1706.02515
constexpr double selu_scale = 1.0507009873554804934193349852946;
HYBRID_FUNCTION(selu, hn::Mul(number(d, selu_scale),
                              hn::IfThenElse(hn::Gt(x, hn::Zero(d)), x,
                                             hn::Mul(number(d, selu_alpha),
                                                     exponential_minus_1(d, x)))))
// p: beta, threshold
HYBRID_FUNCTION(softplus,
                hn::IfThenElse(hn::Gt(hn::Mul(x, hn::Set(d, p[0])), hn::Set(d, p[1])), x,
                               hn::Div(soft_plus(d, hn::Mul(x, hn::Set(d, p[0]))),
                                       hn::Set(d, p[0]))))
HYBRID_FUNCTION(clamp, hn::IfThenElse(hn::IsNaN(x), x,
                                      hn::Min(hn::Max(x, hn::Set(d, p[0])), hn::Set(d, p[1]))))
#undef HYBRID_FUNCTION

// ---- Functions of two operands ------------------------------------------------------------------

#define HYBRID_FUNCTION(name, expression)                               \
  struct name##_function {                                              \
    template <class D>                                                  \
    HWY_INLINE Vector<D> operator()(D d, Vector<D> x, Vector<D> y) const { \
      (void)d;                                                          \
      return expression;                                                \
    }                                                                   \
  };

// Whether the rest of a division has to get the sign of the divisor.
template <class Real>
bool is_opposite(Real rest, Real b) {
  return rest != 0 && (rest < 0) != (b < 0);
}
template <class Real>
Real modulo(Real a, Real b) {
  const Real rest = std::fmod(a, b);
  return is_opposite(rest, b) ? rest + b : rest;
}
// Torch rounds what is left without the rest to the nearest whole number, not a / b downwards.
template <class Real>
Real floor_quotient(Real a, Real b) {
  if (b == 0) return a / b;
  const Real rest = std::fmod(a, b);
  const Real quotient = (a - rest) / b - Real(is_opposite(rest, b));
  return quotient == 0 ? std::copysign(Real{0}, a / b) : std::round(quotient);
}

HYBRID_FUNCTION(add, hn::Add(x, y))
HYBRID_FUNCTION(subtract, hn::Sub(x, y))
HYBRID_FUNCTION(multiply, hn::Mul(x, y))
HYBRID_FUNCTION(divide, hn::Div(x, y))
HYBRID_FUNCTION(power, hybrid_builtin::HWY_NAMESPACE::power(d, x, y))
HYBRID_FUNCTION(largest_of, larger<D>(x, y))
HYBRID_FUNCTION(least_of, smaller<D>(x, y))
HYBRID_FUNCTION(remainder, one_by_one(d, x, y, modulo<Number<D>>))
HYBRID_FUNCTION(floor_divide, one_by_one(d, x, y, floor_quotient<Number<D>>))
HYBRID_FUNCTION(less, truth(d, hn::Lt(x, y)))
HYBRID_FUNCTION(less_equal, truth(d, hn::Le(x, y)))
HYBRID_FUNCTION(greater, truth(d, hn::Gt(x, y)))
HYBRID_FUNCTION(greater_equal, truth(d, hn::Ge(x, y)))
HYBRID_FUNCTION(equal, truth(d, hn::Eq(x, y)))
// Highway's Ne of NaN is not the same on every CPU.
HYBRID_FUNCTION(not_equal, truth(d, hn::Not(hn::Eq(x, y))))
HYBRID_FUNCTION(logical_and, truth(d, hn::And(is_true(d, x), is_true(d, y))))
HYBRID_FUNCTION(logical_or, truth(d, hn::Or(is_true(d, x), is_true(d, y))))
HYBRID_FUNCTION(logical_xor, truth(d, hn::Xor(is_true(d, x), is_true(d, y))))
HYBRID_FUNCTION(arc_tangent,
                one_by_one(d, x, y, [](Number<D> a, Number<D> b) { return std::atan2(a, b); }))
#undef HYBRID_FUNCTION

// ---- Loops --------------------------------------------------------------------------------------

template <class Function, class Real>
void apply(const Real *x, const Real *bias, Real *y, const Extent &extent, const Real *p) {
  const hn::ScalableTag<Real> d;
  const int64_t step = static_cast<int64_t>(hn::Lanes(d));
  if (!bias) {
    const int64_t n = extent.rows * extent.columns;
    for (int64_t i = 0; i < n; i += step) hn::Store(Function()(d, hn::Load(d, x + i), p), d, y + i);
    return;
  }
  for (int64_t row = 0; row < extent.rows; ++row, x += extent.columns, y += extent.columns) {
    const auto b = hn::Set(d, bias[row]);
    for (int64_t i = 0; i < extent.columns; i += step)
      hn::Store(Function()(d, hn::Add(hn::Load(d, x + i), b), p), d, y + i);
  }
}

// A row of an operand: a vector of it at column i.
template <class Real>
struct FullRow {
  FullRow(const Source<Real> &source, int64_t row) : data(source.data + row * source.row_step) {}
  template <class D>
  HWY_INLINE Vector<D> at(D d, int64_t i) const {
    return hn::Load(d, data + i);
  }
  const Real *data;
};
template <class Real>
struct SplatRow {
  SplatRow(const Source<Real> &source, int64_t row) : value(source.data[row * source.row_step]) {}
  template <class D>
  HWY_INLINE Vector<D> at(D d, int64_t) const {
    return hn::Set(d, value);
  }
  const Real value;
};

template <class Function, class A, class B, class Real>
void combine_rows(const Source<Real> &a, const Source<Real> &b, Real *y, const Extent &extent) {
  const hn::ScalableTag<Real> d;
  const int64_t step = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t row = 0; row < extent.rows; ++row, y += extent.columns) {
    const A left(a, row);
    const B right(b, row);
    for (int64_t i = 0; i < extent.columns; i += step)
      hn::Store(Function()(d, left.at(d, i), right.at(d, i)), d, y + i);
  }
}

template <class Function, class Real>
void combine(const Source<Real> &a, const Source<Real> &b, Real *y, const Extent &extent) {
  const Extent whole = {1, extent.rows * extent.columns};
  const bool full = a.row_step == extent.columns && b.row_step == extent.columns;
  if (a.splat)
    combine_rows<Function, SplatRow<Real>, FullRow<Real>>(a, b, y, extent);
  else if (b.splat)
    combine_rows<Function, FullRow<Real>, SplatRow<Real>>(a, b, y, extent);
  else
    combine_rows<Function, FullRow<Real>, FullRow<Real>>(a, b, y, full ? whole : extent);
}

template <class Real>
struct AnyRow {
  AnyRow(const Source<Real> &source, int64_t row)
      : data(source.data + row * source.row_step), splat(source.splat) {}
  template <class D>
  HWY_INLINE Vector<D> at(D d, int64_t i) const {
    return splat ? hn::Set(d, *data) : hn::Load(d, data + i);
  }
  const Real *data;
  const bool splat;
};

template <class Real>
void choose(const Source<Real> &condition, const Source<Real> &a, const Source<Real> &b, Real *y,
            const Extent &extent) {
  const hn::ScalableTag<Real> d;
  const int64_t step = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t row = 0; row < extent.rows; ++row, y += extent.columns) {
    const AnyRow<Real> test(condition, row), yes(a, row), no(b, row);
    for (int64_t i = 0; i < extent.columns; i += step)
      hn::Store(hn::IfThenElse(is_true(d, test.at(d, i)), yes.at(d, i), no.at(d, i)), d, y + i);
  }
}

template <class Real>
void fill(Kernels<Real> &table) {
#define HYBRID_FILL(name, word) \
  table.unary[static_cast<int>(Unary::name)] = apply<name##_function, Real>;
  HYBRID_UNARY(HYBRID_FILL)
#undef HYBRID_FILL
#define HYBRID_FILL(name, word) \
  table.binary[static_cast<int>(Binary::name)] = combine<name##_function, Real>;
  HYBRID_BINARY(HYBRID_FILL)
#undef HYBRID_FILL
  table.where = choose<Real>;
}

}  // namespace

void elementwise_real32(Kernels<float> &table) { fill(table); }
void elementwise_real64(Kernels<double> &table) { fill(table); }

}  // namespace HWY_NAMESPACE
}  // namespace hybrid_builtin
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
HYBRID_DEFINE_PART(elementwise)
#endif
