// SPDX-License-Identifier: BSD-3-Clause
// The engine's loops over columns, compiled for several CPUs and chosen at run time. Matrices are
// [row][column], columns fastest, contiguous, 64-byte aligned; `columns` is a multiple of 16.
#pragma once

#include <cstdint>
#include <string>

#include "../gemm.hpp"

namespace hybrid_builtin {

struct Extent {
  int64_t rows, columns;
};

// Operand of an elementwise operation. `row_step` elements lie between its rows, 0 if one row
// stands for all; `splat`: one number per row, the same in all columns.
template <class Real>
struct Source {
  const Real *data;
  int64_t row_step;
  bool splat;
};

// The words of a network file (docs/network-file.md).
#define HYBRID_UNARY(X) \
  X(identity, "identity") X(negative, "negative") X(absolute, "absolute") X(sign, "sign") \
  X(square, "square") X(square_root, "square_root") X(reciprocal, "reciprocal") \
  X(reciprocal_root, "reciprocal_root") X(exp, "exp") X(exp_minus_1, "exp_minus_1") \
  X(log, "log") X(log_1_plus, "log_1_plus") X(log2, "log2") X(log10, "log10") X(sin, "sin") \
  X(cos, "cos") X(tanh, "tanh") X(sigmoid, "sigmoid") X(erf, "erf") X(relu, "relu") \
  X(silu, "silu") X(gelu, "gelu") X(gelu_tanh, "gelu_tanh") X(mish, "mish") \
  X(softsign, "softsign") X(hard_sigmoid, "hard_sigmoid") X(hard_swish, "hard_swish") \
  X(floor, "floor") X(ceiling, "ceiling") X(round, "round") X(truncate, "truncate") \
  X(logical_not, "not") X(is_nan, "is_nan") X(is_infinite, "is_infinite") \
  X(leaky_relu, "leaky_relu") X(elu, "elu") X(selu, "selu") X(softplus, "softplus") \
  X(clamp, "clamp")

#define HYBRID_BINARY(X) \
  X(add, "add") X(subtract, "subtract") X(multiply, "multiply") X(divide, "divide") \
  X(power, "power") X(largest_of, "largest_of") X(least_of, "least_of") \
  X(remainder, "remainder") X(floor_divide, "floor_divide") X(less, "less") \
  X(less_equal, "less_equal") X(greater, "greater") X(greater_equal, "greater_equal") \
  X(equal, "equal") X(not_equal, "not_equal") X(logical_and, "and") X(logical_or, "or") \
  X(logical_xor, "exclusive_or") X(arc_tangent, "arc_tangent")

// Over groups of `size` rows that follow each other: G x size to G, or to G x size.
#define HYBRID_OVER_GROUPS(X) \
  X(sum, "sum") X(mean, "mean") X(product, "product") X(largest, "largest") X(least, "least") \
  X(place_of_largest, "place_of_largest") X(place_of_least, "place_of_least") \
  X(cumulative_sum, "cumulative_sum") X(cumulative_product, "cumulative_product") \
  X(softmax, "softmax") X(log_softmax, "log_softmax")

#define HYBRID_ENUMERATOR(name, word) name,
enum class Unary { HYBRID_UNARY(HYBRID_ENUMERATOR) count };
enum class Binary { HYBRID_BINARY(HYBRID_ENUMERATOR) count };
enum class OverGroups { HYBRID_OVER_GROUPS(HYBRID_ENUMERATOR) count };
#undef HYBRID_ENUMERATOR

template <class Enum>
constexpr int number_of = static_cast<int>(Enum::count);

// One step of a recurrence. Gates come before bias and activation, hidden rows for each.
template <class Real>
struct RecurrentStep {
  int64_t hidden, columns;
  const Real *gates;
  Real *other;             // GRU: the new gate of the state; LSTM: the cell, before and after
  const Real *bias;        // one number per row of gates
  const Real *state_bias;  // GRU: of the new gate of the state
  Real *state;             // before and after
  Real *next;              // the same, where the result is
};

template <class Real>
struct LayerNorm {
  int64_t groups, size, columns;
  const Real *weight, *bias;  // one number per row of a group, or null
  Real epsilon;
};

template <class Real>
struct Kernels {
  // y = f(x + bias[row]), bias may be null; parameters are those of the operation.
  using UnaryKernel = void (*)(const Real *x, const Real *bias, Real *y, const Extent &extent,
                               const Real *parameters);
  using BinaryKernel = void (*)(const Source<Real> &a, const Source<Real> &b, Real *y,
                                const Extent &extent);
  // extent.rows are the groups
  using GroupKernel = void (*)(const Real *x, Real *y, int64_t size, const Extent &extent);

  UnaryKernel unary[number_of<Unary>];
  BinaryKernel binary[number_of<Binary>];
  GroupKernel over_groups[number_of<OverGroups>];
  void (*where)(const Source<Real> &condition, const Source<Real> &a, const Source<Real> &b,
                Real *y, const Extent &extent);
  void (*layer_norm)(const LayerNorm<Real> &what, const Real *x, Real *y);
  void (*gru)(const RecurrentStep<Real> &step);
  void (*lstm)(const RecurrentStep<Real> &step);
  void (*product)(const GemmShape &shape, const Real *a, const Real *b, Real *c);
};

template <class Real>
const Kernels<Real> &kernels();

// True if the environment variable HYBRID_CPU asks for less than this CPU has ("avx2" or
// "baseline"): for tests, and to find out whether a fault is the machine's.
bool is_restricted();

// What HYBRID_CPU asks for, if that is none of the two; else "".
const std::string &unknown_cpu();

}  // namespace hybrid_builtin
