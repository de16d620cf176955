// SPDX-License-Identifier: BSD-3-Clause
// A network as its file describes it (docs/network-file.md), checked: every shape fits.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "tensor_file.hpp"
#include "vector/kernels.hpp"

namespace hybrid_builtin {

enum class Kind { real32, real64 };

const char *kind_name(Kind kind);

// Of a number.
inline int64_t bytes_of(Kind kind) { return kind == Kind::real32 ? 4 : 8; }

// Rows of a value.
struct Rows {
  int value;
  int64_t first, rows;
};

// Of an elementwise operation: rows of a value, one number per row, or one number.
using Operand = std::variant<Rows, const Tensor *, double>;

struct Dense {
  Rows x;
  int64_t groups, size_in, size_out;
  const Tensor *weight, *bias;  // bias may be null
};

struct Convolution {
  Rows x;
  int64_t length_in, length_out, channels, size_out, width, stride, dilation, groups, before;
  const Tensor *weight, *bias;
};

struct Recurrence {
  bool lstm;
  Rows x;
  std::vector<Rows> initial;  // none, or h, or h and c
  int64_t length, features, hidden;
  bool reverse;
  const Tensor *input_weight, *state_weight, *input_bias, *state_bias;
};

struct Gather {
  std::vector<Rows> in;
  const Tensor *index;
  double fill;
};

struct ScatterAdd {
  Rows x;
  const Tensor *index;
};

struct Constant {
  const Tensor *tensor;
};

struct Cast {
  Rows x;
};

struct GroupOperation {
  OverGroups function;
  Rows x;
  int64_t size;
};

struct Normalisation {
  Rows x;
  int64_t size;
  const Tensor *weight, *bias;
  double epsilon;
};

struct UnaryOperation {
  Unary function;
  Rows x;
  std::array<double, 2> parameters;
};

struct BinaryOperation {
  Binary function;
  std::array<Operand, 2> in;
};

struct Choice {
  std::array<Operand, 3> in;  // condition, if not 0, else
};

using Operation = std::variant<Dense, Convolution, Recurrence, Gather, ScatterAdd, Constant, Cast,
                               GroupOperation, Normalisation, UnaryOperation, BinaryOperation,
                               Choice>;

// Makes one value.
struct Node {
  std::string name;  // where it comes from in the module
  int64_t rows = 0;
  Kind kind = Kind::real32;
  Operation operation;
};

// Value 0 is the input; value i is made by nodes[i - 1].
struct Graph {
  int64_t features;
  Kind kind;  // of input and output
  std::vector<Node> nodes;
  Rows output;
};

// What makes a value, which is not the input.
inline const Node &node_of(const Graph &graph, int value) {
  return graph.nodes[static_cast<size_t>(value) - 1];
}

inline Kind kind_of(const Graph &graph, int value) {
  return value == 0 ? graph.kind : node_of(graph, value).kind;
}

// Reads the operations. The graph borrows the file's tensors.
Graph read_graph(const TensorFile &file, int64_t features, int64_t outputs, Kind kind);

}  // namespace hybrid_builtin
