// SPDX-License-Identifier: BSD-3-Clause
#include "operations.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "failure.hpp"

namespace hybrid_builtin {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Operation read_constant(const TensorFile &file, OperationReader &in, Node &node) {
  in.need_operands(0, 0);
  const std::string name = in.word("tensor");
  const Tensor *tensor = file.find(name);
  if (!tensor || tensor->dtype == Dtype::int32)
    refuse(in.about("tensor " + in_quotes(name)), "real32 or real64 in the file",
           tensor ? dtype_name(tensor->dtype) : "none");
  node.rows = tensor->count;
  node.kind = tensor->dtype == Dtype::real32 ? Kind::real32 : Kind::real64;
  return Constant{tensor};
}

Operation read_cast(OperationReader &in, Node &node) {
  in.need_operands(1, 1);
  const std::string kind = in.word("kind");
  if (kind != "real32" && kind != "real64")
    refuse(in.about("kind"), "'real32' or 'real64'", in_quotes(kind));
  node.kind = kind == "real32" ? Kind::real32 : Kind::real64;
  node.rows = in.rows(0).rows;
  return Cast{in.rows(0)};
}

std::array<double, 2> read_parameters(Unary function, OperationReader &in) {
  switch (function) {
    case Unary::leaky_relu: return {in.real("slope"), 0.0};
    case Unary::elu: return {in.real("alpha"), 0.0};
    case Unary::softplus: return {in.real("beta"), in.real("threshold")};
    case Unary::clamp: return {in.real("lower", -infinity), in.real("upper", infinity)};
    default: return {};
  }
}

Operation read_unary(Unary function, OperationReader &in, Node &node) {
  in.need_operands(1, 1);
  node.rows = in.rows(0).rows;
  return UnaryOperation{function, in.rows(0), read_parameters(function, in)};
}

// The most rows of an operand; one of them must be a value.
template <size_t n>
int64_t most_rows_of(const OperationReader &in, const std::array<Operand, n> &operands) {
  int64_t rows = 1;
  bool any = false;
  for (const Operand &operand : operands) {
    rows = std::max(rows, in.rows_of(operand));
    any = any || std::holds_alternative<Rows>(operand);
  }
  if (!any) refuse(in.about("operands"), "a value among them", "constants only");
  return rows;
}

// Rows of the result, if the operands fit together.
template <size_t n>
int64_t read_operands(OperationReader &in, std::array<Operand, n> &operands) {
  in.need_operands(n, n);
  for (size_t i = 0; i < n; ++i) operands[i] = in.operand(i);
  const int64_t rows = most_rows_of(in, operands);
  for (size_t i = 0; i < n; ++i)
    if (const int64_t found = in.rows_of(operands[i]); found != rows && found != 1)
      refuse(in.about("rows of operand " + std::to_string(i + 1)), std::to_string(rows) + " or 1",
             std::to_string(found));
  return rows;
}

Operation read_binary(Binary function, OperationReader &in, Node &node) {
  BinaryOperation op{function, {}};
  node.rows = read_operands(in, op.in);
  return op;
}

Operation read_choice(OperationReader &in, Node &node) {
  Choice op{};
  node.rows = read_operands(in, op.in);
  return op;
}

template <class What>
using Words = std::map<std::string, What>;

const Words<Unary> &unary_words() {
#define HYBRID_WORD(name, word) {word, Unary::name},
  static const Words<Unary> words = [] {
    Words<Unary> all = {HYBRID_UNARY(HYBRID_WORD)};
    all.erase("identity");  // what a layer without a function behind it has, not a word of files
    return all;
  }();
#undef HYBRID_WORD
  return words;
}

const Words<Binary> &binary_words() {
#define HYBRID_WORD(name, word) {word, Binary::name},
  static const Words<Binary> words = {HYBRID_BINARY(HYBRID_WORD)};
#undef HYBRID_WORD
  return words;
}

const Words<OverGroups> &group_words() {
#define HYBRID_WORD(name, word) {word, OverGroups::name},
  static const Words<OverGroups> words = {HYBRID_OVER_GROUPS(HYBRID_WORD)};
#undef HYBRID_WORD
  return words;
}

using Read = Operation (*)(OperationReader &, Node &);

const Words<Read> &other_words() {
  static const Words<Read> words = {
      {"dense", read_dense},
      {"convolution", read_convolution},
      {"gru", read_recurrence},
      {"lstm", read_recurrence},
      {"gather", read_gather},
      {"scatter_add", read_scatter_add},
      {"layer_norm", read_normalisation},
      {"cast", read_cast},
      {"where", read_choice},
  };
  return words;
}

template <class What>
const What *find(const Words<What> &words, const std::string &word) {
  const auto found = words.find(word);
  return found == words.end() ? nullptr : &found->second;
}

}  // namespace

Operation read_operation(const TensorFile &file, OperationReader &in, Node &node) {
  const std::string &op = in.op();
  if (op == "constant") return read_constant(file, in, node);
  if (const auto *read = find(other_words(), op)) return (*read)(in, node);
  if (const auto *function = find(unary_words(), op)) return read_unary(*function, in, node);
  if (const auto *function = find(binary_words(), op)) return read_binary(*function, in, node);
  if (const auto *function = find(group_words(), op))
    return read_group_operation(*function, in, node);
  refuse(in.about("op"), "one that this engine has (docs/network-file.md)", in_quotes(op));
}

}  // namespace hybrid_builtin
