// SPDX-License-Identifier: BSD-3-Clause
// The elementwise functions against the C library's, on ordinary numbers and on all others. Run for
// each instruction set (HYBRID_CPU).
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "check.h"
#include "vector/kernels.hpp"

using namespace hybrid_builtin;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

using Function = std::function<double(double)>;

double logistic(double x) { return 1.0 / (1.0 + std::exp(-x)); }
double gelu(double x) { return 0.5 * x * (1.0 + std::erf(x * M_SQRT1_2)); }
double gelu_tanh(double x) {
  return 0.5 * x * (1.0 + std::tanh(std::sqrt(2.0 / M_PI) * (x + 0.044715 * x * x * x)));
}
double softplus(double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }
double clamped(double x, double lower, double upper) {
  return std::isnan(x) ? x : std::fmin(std::fmax(x, lower), upper);
}

// `eps`: error allowed, in units of the kind's epsilon, relative to the result and, where
// cancellation is in the nature of the formula, to the argument.
struct Case {
  Unary function;
  const char *name;
  Function expected;
  double eps = 1.0;
  double of_argument = 0.0;
};

// What is one correctly rounded operation is exact; the functions that go through exponentials,
// logarithms or rationals are within a few units in the last place.
const std::vector<Case> cases = {
    {Unary::identity, "identity", [](double x) { return x; }, 0},
    {Unary::negative, "negative", [](double x) { return -x; }, 0},
    {Unary::absolute, "absolute", [](double x) { return std::fabs(x); }, 0},
    {Unary::sign, "sign", [](double x) { return std::isnan(x) ? x : (x > 0) - (x < 0); }, 0},
    {Unary::square, "square", [](double x) { return x * x; }},
    {Unary::square_root, "square_root", [](double x) { return std::sqrt(x); }},
    {Unary::reciprocal, "reciprocal", [](double x) { return 1.0 / x; }},
    {Unary::reciprocal_root, "reciprocal_root", [](double x) { return 1.0 / std::sqrt(x); }, 2},
    {Unary::exp, "exp", [](double x) { return std::exp(x); }, 3},
    {Unary::exp_minus_1, "exp_minus_1", [](double x) { return std::expm1(x); }, 5},
    {Unary::log, "log", [](double x) { return std::log(x); }, 4},
    {Unary::log_1_plus, "log_1_plus", [](double x) { return std::log1p(x); }, 4},
    {Unary::log2, "log2", [](double x) { return std::log2(x); }, 4},
    {Unary::log10, "log10", [](double x) { return std::log10(x); }, 4},
    {Unary::sin, "sin", [](double x) { return std::sin(x); }},
    {Unary::cos, "cos", [](double x) { return std::cos(x); }},
    {Unary::tanh, "tanh", [](double x) { return std::tanh(x); }, 5},
    {Unary::sigmoid, "sigmoid", logistic, 4},
    {Unary::erf, "erf", [](double x) { return std::erf(x); }, 5},
    {Unary::relu, "relu", [](double x) { return x < 0 ? 0.0 : x; }, 0},
    {Unary::silu, "silu", [](double x) { return x * logistic(x); }, 5},
    {Unary::gelu, "gelu", gelu, 5, 3},
    {Unary::gelu_tanh, "gelu_tanh", gelu_tanh, 5, 3},
    {Unary::mish, "mish", [](double x) { return x * std::tanh(softplus(x)); }, 10},
    {Unary::softsign, "softsign", [](double x) { return x / (1.0 + std::fabs(x)); }, 2},
    {Unary::hard_sigmoid, "hard_sigmoid", [](double x) { return clamped(x + 3, 0, 6) / 6; }, 3, 1},
    {Unary::hard_swish, "hard_swish", [](double x) { return x * clamped(x + 3, 0, 6) / 6; }, 3, 1},
    {Unary::floor, "floor", [](double x) { return std::floor(x); }, 0},
    {Unary::ceiling, "ceiling", [](double x) { return std::ceil(x); }, 0},
    {Unary::round, "round", [](double x) { return std::nearbyint(x); }, 0},
    {Unary::truncate, "truncate", [](double x) { return std::trunc(x); }, 0},
    {Unary::logical_not, "not", [](double x) { return x == 0 ? 1.0 : 0.0; }, 0},
    {Unary::is_nan, "is_nan", [](double x) { return std::isnan(x) ? 1.0 : 0.0; }, 0},
    {Unary::is_infinite, "is_infinite", [](double x) { return std::isinf(x) ? 1.0 : 0.0; }, 0},
    {Unary::leaky_relu, "leaky_relu", [](double x) { return x > 0 ? x : 0.5 * x; }},
    {Unary::elu, "elu", [](double x) { return x > 0 ? x : 0.5 * std::expm1(x); }, 6},
    {Unary::selu, "selu",
     [](double x) {
       return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * std::expm1(x));
     }, 7},
    // beta 0.5, threshold 2
    {Unary::softplus, "softplus",
     [](double x) { return 0.5 * x > 2 ? x : softplus(0.5 * x) / 0.5; }, 6},
    {Unary::clamp, "clamp", [](double x) { return clamped(x, 0.5, 2.0); }, 0},
};

template <class Real>
std::vector<Real> arguments() {
  std::vector<Real> x;
  for (double size = 1e-20; size < 80; size *= 1.07)
    for (const double sign : {-1.0, 1.0}) x.push_back(static_cast<Real>(sign * size));
  for (const double special : {0.0, -0.0, 1.0, -1.0, 0.5, 2.5, 88.0, 88.5, 88.7, -87.5, -90.0, -100.0,
                               1e30, -1e30, infinity, -infinity, nan})
    x.push_back(static_cast<Real>(special));
  while (x.size() % 16 != 0) x.push_back(Real{1});
  return x;
}

template <class Real>
bool agrees(const Case &test, Real x, Real found) {
  const Real expected = static_cast<Real>(test.expected(x));
  if (std::isnan(expected) || std::isnan(found)) return std::isnan(expected) == std::isnan(found);
  if (expected == found) return true;
  // Results below the smallest normal number may be 0, and what they are multiplied with then.
  const double argument = std::isinf(x) ? 0.0 : std::fabs(static_cast<double>(x));
  const double tiny = std::numeric_limits<Real>::min() * std::fmax(1.0, argument);
  const double allowed = test.eps * std::fabs(static_cast<double>(expected)) +
                         test.of_argument * argument;
  return std::fabs(static_cast<double>(expected) - static_cast<double>(found)) <=
         allowed * std::numeric_limits<Real>::epsilon() + tiny;
}

// Aligned as the engine's memory is.
template <class Real>
struct Aligned {
  explicit Aligned(size_t n) : storage(n + 64 / sizeof(Real)) {}
  Real *data() {
    const auto address = reinterpret_cast<uintptr_t>(storage.data());
    return storage.data() + (64 - address % 64) % 64 / sizeof(Real);
  }
  std::vector<Real> storage;
};

template <class Real>
void functions_are_accurate(const char *kind) {
  const std::vector<Real> x = arguments<Real>();
  Aligned<Real> in(x.size()), out(x.size());
  std::copy(x.begin(), x.end(), in.data());
  for (const Case &test : cases) {
    Real parameters[2] = {Real(0.5), Real(2)};
    kernels<Real>().unary[static_cast<int>(test.function)](
        in.data(), nullptr, out.data(), {1, static_cast<int64_t>(x.size())}, parameters);
    for (size_t i = 0; i < x.size(); ++i)
      if (!agrees(test, x[i], out.data()[i])) {
        std::fprintf(stderr, "%s %s(%.9g): expected %.17g, found %.17g\n", kind, test.name,
                     static_cast<double>(x[i]), test.expected(static_cast<double>(x[i])),
                     static_cast<double>(out.data()[i]));
        check_report(__FILE__, __LINE__, test.name);
        break;
      }
  }
  CHECK_EQ(cases.size(), static_cast<size_t>(Unary::count));
}

// To the last normal number and beyond, where the results have ever fewer bits.
template <class Real>
void exponentials_reach_both_ends(const std::vector<double> &ends) {
  constexpr auto eps = std::numeric_limits<Real>::epsilon();
  constexpr auto least = std::numeric_limits<Real>::denorm_min();
  Aligned<Real> x(16), y(16);
  std::fill_n(x.data(), 16, Real{0});
  std::transform(ends.begin(), ends.end(), x.data(), [](double end) { return Real(end); });
  kernels<Real>().unary[static_cast<int>(Unary::exp)](x.data(), nullptr, y.data(), {1, 16},
                                                      nullptr);
  for (int i = 0; i < 16; ++i) {
    const Real expected = std::exp(x.data()[i]), found = y.data()[i];
    CHECK(expected == found || std::fabs(expected - found) <= 3 * eps * expected + least);
  }
}

// What torch makes of two numbers.
struct BinaryCase {
  Binary function;
  const char *name;
  std::function<double(double, double)> expected;
};

bool any_nan(double a, double b) { return std::isnan(a) || std::isnan(b); }
double largest_of(double a, double b) { return any_nan(a, b) ? nan : std::fmax(a, b); }
double least_of(double a, double b) { return any_nan(a, b) ? nan : std::fmin(a, b); }
double remainder_of(double a, double b) {
  const double rest = std::fmod(a, b);
  return rest != 0 && std::signbit(rest) != std::signbit(b) ? rest + b : rest;
}
// Of the numbers below: the quotient downwards, also where that is infinitely little below 0.
double floor_quotient(double a, double b) {
  if (b == 0) return a / b;
  if (std::isinf(a)) return nan;
  return std::isinf(b) && a * b < 0 ? -1.0 : std::floor(a / b);
}

const std::vector<BinaryCase> binary_cases = {
    {Binary::add, "add", [](double a, double b) { return a + b; }},
    {Binary::subtract, "subtract", [](double a, double b) { return a - b; }},
    {Binary::multiply, "multiply", [](double a, double b) { return a * b; }},
    {Binary::divide, "divide", [](double a, double b) { return a / b; }},
    {Binary::power, "power", [](double a, double b) { return std::pow(a, b); }},
    {Binary::largest_of, "largest_of", largest_of},
    {Binary::least_of, "least_of", least_of},
    {Binary::remainder, "remainder", remainder_of},
    {Binary::floor_divide, "floor_divide", floor_quotient},
    {Binary::less, "less", [](double a, double b) { return double(a < b); }},
    {Binary::less_equal, "less_equal", [](double a, double b) { return double(a <= b); }},
    {Binary::greater, "greater", [](double a, double b) { return double(a > b); }},
    {Binary::greater_equal, "greater_equal", [](double a, double b) { return double(a >= b); }},
    {Binary::equal, "equal", [](double a, double b) { return double(a == b); }},
    {Binary::not_equal, "not_equal", [](double a, double b) { return double(a != b); }},
    {Binary::logical_and, "and", [](double a, double b) { return double(a != 0 && b != 0); }},
    {Binary::logical_or, "or", [](double a, double b) { return double(a != 0 || b != 0); }},
    {Binary::logical_xor, "exclusive_or",
     [](double a, double b) { return double((a != 0) != (b != 0)); }},
    {Binary::arc_tangent, "arc_tangent", [](double a, double b) { return std::atan2(a, b); }},
};

// Of numbers that are not near the ends of a kind: exact, or the nearest of it.
template <class Real>
bool is_that(double expected, Real found) {
  if (std::isnan(expected) || std::isnan(found)) return std::isnan(expected) == std::isnan(found);
  return std::fabs(static_cast<double>(static_cast<Real>(expected)) - static_cast<double>(found)) <=
             static_cast<double>(std::numeric_limits<Real>::epsilon()) * std::fabs(expected) ||
         expected == static_cast<double>(found);
}

// The second operand as a value, or as one number for each row.
template <class Real>
void check_pair(const BinaryCase &test, Real a, Real b, bool splat) {
  Aligned<Real> x(16), y(16), z(16);
  std::fill_n(x.data(), 16, a);
  std::fill_n(y.data(), 16, b);
  kernels<Real>().binary[static_cast<int>(test.function)](
      {x.data(), 16, false}, {y.data(), splat ? 1 : 16, splat}, z.data(), {1, 16});
  const double expected = test.expected(a, b);
  const Real *found = std::find_if(z.data(), z.data() + 16,
                                   [&](Real one) { return !is_that(expected, one); });
  if (found == z.data() + 16) return;
  std::fprintf(stderr, "real%zu %s(%g, %g): expected %g, found %g\n", 8 * sizeof(Real), test.name,
               double(a), double(b), expected, double(*found));
  check_report(__FILE__, __LINE__, test.name);
}

template <class Real>
void functions_of_two_are_torchs() {
  const Real numbers[] = {0, Real(-0.0), 1, -1, Real(2.5), -7, Real(infinity), Real(-infinity),
                          Real(nan)};
  for (const BinaryCase &test : binary_cases)
    for (const Real a : numbers)
      for (const Real b : numbers)
        for (const bool splat : {false, true}) check_pair(test, a, b, splat);
  CHECK_EQ(binary_cases.size(), static_cast<size_t>(Binary::count));
}

// y = f(x + bias[row]), for every row its own.
void bias_belongs_to_its_row() {
  Aligned<float> x(3 * 16), y(3 * 16);
  for (int i = 0; i < 48; ++i) x.data()[i] = static_cast<float>(i) - 20.0f;
  const float bias[] = {1.0f, 20.0f, -100.0f};
  kernels<float>().unary[static_cast<int>(Unary::relu)](x.data(), bias, y.data(), {3, 16}, nullptr);
  for (int i = 0; i < 48; ++i)
    CHECK_EQ(y.data()[i], std::fmax(static_cast<float>(i) - 20.0f + bias[i / 16], 0.0f));
}

// A NaN or an infinity in one column is not seen in another.
void columns_are_independent() {
  Aligned<float> x(16 * 16), clean(16 * 16), dirty(16 * 16);
  for (int i = 0; i < 256; ++i) x.data()[i] = std::sin(static_cast<float>(i));
  for (int f = 0; f < number_of<OverGroups>; ++f) {
    const auto kernel = kernels<float>().over_groups[f];
    kernel(x.data(), clean.data(), 4, {4, 16});
    x.data()[16 * 5 + 3] = std::numeric_limits<float>::quiet_NaN();
    x.data()[16 * 6 + 4] = std::numeric_limits<float>::infinity();
    kernel(x.data(), dirty.data(), 4, {4, 16});
    x.data()[16 * 5 + 3] = std::sin(83.0f);
    x.data()[16 * 6 + 4] = std::sin(100.0f);
    for (int i = 0; i < 64; ++i)
      if (i % 16 != 3 && i % 16 != 4) CHECK_EQ(clean.data()[i], dirty.data()[i]);
  }
}

}  // namespace

int main() {
  functions_are_accurate<float>("real32");
  functions_are_accurate<double>("real64");
  exponentials_reach_both_ends<float>({88.3, 88.38, 88.5, 88.7, 88.72, 88.73, 89.5, -87.2, -87.35,
                                       -87.5, -90.0, -100.0, -103.5, -103.97, -104.5});
  exponentials_reach_both_ends<double>({709.69, 709.75, 709.78, 709.79, 711.0, -707.9, -708.5,
                                        -720.0, -740.0, -745.0, -745.13, -746.5});
  functions_of_two_are_torchs<float>();
  functions_of_two_are_torchs<double>();
  bias_belongs_to_its_row();
  columns_are_independent();
  return check_failures();
}
