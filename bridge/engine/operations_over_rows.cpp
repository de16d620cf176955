// SPDX-License-Identifier: BSD-3-Clause
// Operations whose rows depend on other rows: layers, gathers and functions over groups.
#include "failure.hpp"
#include "operations.hpp"

namespace hybrid_builtin {
namespace {

// Far above what modules become, low enough that loading ends soon whatever the file holds.
constexpr size_t most_operands = 1024;
constexpr int64_t most_width = 1024, most_windows = int64_t{1} << 22;

// ---- Convolution ----

Convolution read_extents(OperationReader &in) {
  Convolution op{};
  op.x = in.rows(0);
  op.channels = in.integer("channels", 1);
  op.stride = in.integer("stride", 1, 1);
  op.dilation = in.integer("dilation", 1, 1);
  op.groups = in.integer("groups", 1, 1);
  return op;
}

void read_weights(OperationReader &in, Convolution &op) {
  if (op.channels % op.groups != 0)
    refuse(in.about("channels"), "a multiple of its " + std::to_string(op.groups) + " groups",
           std::to_string(op.channels));
  op.weight = in.tensor("weight", {-1, op.channels / op.groups, -1});
  op.size_out = op.weight->shape[0];
  op.width = op.weight->shape[2];
  op.bias = in.optional_tensor("bias", {op.size_out});
  if (op.size_out < 1 || op.width < 1 || op.size_out % op.groups != 0)
    refuse(in.about("weight"), "a multiple of its groups, and a width of 1 or more",
           described(op.weight->dtype, op.weight->shape));
}

void find_lengths(const OperationReader &in, int64_t padding, Convolution &op) {
  op.length_in = in.groups(op.x, op.channels);
  const int64_t reach = op.dilation * (op.width - 1) + 1;
  const int64_t padded = op.length_in + padding;
  if (padded < reach)
    refuse(in.about("padded length"),
           "at least the reach of the kernel, " + std::to_string(reach), std::to_string(padded));
  op.length_out = (padded - reach) / op.stride + 1;
}

// Each window is a matrix product, or as many as it is wide where its rows do not follow each
// other.
void check_cost(const OperationReader &in, const Convolution &op) {
  if (op.width > most_width)
    refuse(in.about("width"), "at most " + std::to_string(most_width), std::to_string(op.width));
  const int64_t windows = op.length_out * op.groups;
  if (windows > most_windows / op.width)
    refuse(in.about("windows times their width"), "at most " + std::to_string(most_windows),
           std::to_string(windows) + " times " + std::to_string(op.width));
}

// ---- Recurrence ----

void read_weights(OperationReader &in, Recurrence &op) {
  const int64_t gates = op.lstm ? 4 : 3;
  op.state_weight = in.tensor("state_weight", {-1, -1});
  op.hidden = op.state_weight->shape[1];
  op.state_weight = in.tensor("state_weight", {gates * op.hidden, op.hidden});
  op.input_weight = in.tensor("input_weight", {gates * op.hidden, -1});
  op.features = op.input_weight->shape[1];
  if (op.hidden < 1 || op.features < 1)
    refuse(in.about("weights"), "extents of 1 or more",
           described(op.input_weight->dtype, op.input_weight->shape));
}

void read_biases(OperationReader &in, Recurrence &op) {
  const int64_t rows = op.state_weight->shape[0];
  op.input_bias = in.optional_tensor("input_bias", {rows});
  op.state_bias = in.optional_tensor("state_bias", {rows});
  if (!op.input_bias != !op.state_bias)
    refuse(in.about("input_bias and state_bias"), "both or neither", "one");
}

void read_initial_state(const OperationReader &in, Recurrence &op) {
  for (size_t i = 1; i < in.noperand(); ++i) {
    op.initial.push_back(in.rows(i));
    if (op.initial.back().rows != op.hidden)
      refuse(in.about("rows of the initial state"), std::to_string(op.hidden),
             std::to_string(op.initial.back().rows));
  }
}

bool keeps_rows(OverGroups function) {
  return function == OverGroups::cumulative_sum || function == OverGroups::cumulative_product ||
         function == OverGroups::softmax || function == OverGroups::log_softmax;
}

}  // namespace

Operation read_dense(OperationReader &in, Node &node) {
  in.need_operands(1, 1);
  Dense op{in.rows(0), 0, 0, 0, in.tensor("weight", {-1, -1}), nullptr};
  op.size_out = op.weight->shape[0];
  op.size_in = op.weight->shape[1];
  if (op.size_in < 1 || op.size_out < 1)
    refuse(in.about("weight"), "extents of 1 or more",
           described(op.weight->dtype, op.weight->shape));
  op.groups = in.groups(op.x, op.size_in);
  op.bias = in.optional_tensor("bias", {op.size_out});
  node.rows = op.groups * op.size_out;
  return op;
}

Operation read_convolution(OperationReader &in, Node &node) {
  in.need_operands(1, 1);
  Convolution op = read_extents(in);
  const std::vector<int64_t> padding = in.integers("padding", 2, 0);
  op.before = padding[0];
  read_weights(in, op);
  find_lengths(in, padding[0] + padding[1], op);
  check_cost(in, op);
  node.rows = op.length_out * op.size_out;
  return op;
}

Operation read_recurrence(OperationReader &in, Node &node) {
  Recurrence op{};
  op.lstm = in.op() == "lstm";
  in.need_operands(1, op.lstm ? 3 : 2);
  if (op.lstm && in.noperand() == 2) in.need_operands(3, 3);
  op.x = in.rows(0);
  op.reverse = in.boolean("reverse");
  read_weights(in, op);
  read_biases(in, op);
  op.length = in.groups(op.x, op.features);
  read_initial_state(in, op);
  node.rows = op.length * op.hidden;
  return op;
}

Operation read_gather(OperationReader &in, Node &node) {
  Gather op{};
  in.need_operands(1, most_operands);
  int64_t rows = 0;
  for (size_t i = 0; i < in.noperand(); ++i) {
    op.in.push_back(in.rows(i));
    rows += op.in.back().rows;
  }
  op.fill = in.real("fill", 0.0);
  op.index = in.index("index", -1, -1, rows - 1);
  node.rows = op.index->count;
  return op;
}

Operation read_scatter_add(OperationReader &in, Node &node) {
  in.need_operands(1, 1);
  const Rows x = in.rows(0);
  node.rows = in.integer("rows", 1);
  return ScatterAdd{x, in.index("index", x.rows, -1, node.rows - 1)};
}

Operation read_group_operation(OverGroups function, OperationReader &in, Node &node) {
  in.need_operands(1, 1);
  const GroupOperation op{function, in.rows(0), in.integer("size", 1)};
  const int64_t groups = in.groups(op.x, op.size);
  node.rows = keeps_rows(function) ? op.x.rows : groups;
  return op;
}

Operation read_normalisation(OperationReader &in, Node &node) {
  in.need_operands(1, 1);
  Normalisation op{in.rows(0), in.integer("size", 1), nullptr, nullptr, in.real("epsilon")};
  in.groups(op.x, op.size);
  op.weight = in.optional_tensor("weight", {op.size});
  op.bias = in.optional_tensor("bias", {op.size});
  node.rows = op.x.rows;
  return op;
}

}  // namespace hybrid_builtin
