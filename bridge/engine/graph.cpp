// SPDX-License-Identifier: BSD-3-Clause
#include "graph.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "failure.hpp"
#include "json_text.hpp"
#include "operation_reader.hpp"

namespace hybrid_builtin {
namespace {

using Json = nlohmann::json;

// Far above what modules become, low enough that loading ends soon whatever the file holds.
constexpr size_t most_operations = 16384, most_operands = 1024;
constexpr int64_t most_width = 1024, most_windows = int64_t{1} << 22;

constexpr double infinity = std::numeric_limits<double>::infinity();

Dense read_dense(OperationReader &in, Node &node) {
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

Convolution read_convolution(OperationReader &in, Node &node) {
  in.need_operands(1, 1);
  Convolution op{};
  op.x = in.rows(0);
  op.channels = in.integer("channels", 1);
  op.stride = in.integer("stride", 1, 1);
  op.dilation = in.integer("dilation", 1, 1);
  op.groups = in.integer("groups", 1, 1);
  const std::vector<int64_t> padding = in.integers("padding", 2, 0);
  op.before = padding[0];
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
  op.length_in = in.groups(op.x, op.channels);
  const int64_t reach = op.dilation * (op.width - 1) + 1;
  const int64_t padded = op.length_in + padding[0] + padding[1];
  if (padded < reach)
    refuse(in.about("padded length"), "at least the reach of the kernel, " +
             std::to_string(reach), std::to_string(padded));
  op.length_out = (padded - reach) / op.stride + 1;
  check_cost(in, op);
  node.rows = op.length_out * op.size_out;
  return op;
}

Recurrence read_recurrence(OperationReader &in, Node &node) {
  Recurrence op{};
  op.lstm = in.op() == "lstm";
  const int64_t gates = op.lstm ? 4 : 3;
  in.need_operands(1, op.lstm ? 3 : 2);
  if (op.lstm && in.noperand() == 2) in.need_operands(3, 3);
  op.x = in.rows(0);
  op.reverse = in.boolean("reverse");
  op.state_weight = in.tensor("state_weight", {-1, -1});
  op.hidden = op.state_weight->shape[1];
  op.state_weight = in.tensor("state_weight", {gates * op.hidden, op.hidden});
  op.input_weight = in.tensor("input_weight", {gates * op.hidden, -1});
  op.features = op.input_weight->shape[1];
  if (op.hidden < 1 || op.features < 1)
    refuse(in.about("weights"), "extents of 1 or more",
             described(op.input_weight->dtype, op.input_weight->shape));
  op.input_bias = in.optional_tensor("input_bias", {gates * op.hidden});
  op.state_bias = in.optional_tensor("state_bias", {gates * op.hidden});
  if (!op.input_bias != !op.state_bias)
    refuse(in.about("input_bias and state_bias"), "both or neither", "one");
  op.length = in.groups(op.x, op.features);
  for (size_t i = 1; i < in.noperand(); ++i) {
    op.initial.push_back(in.rows(i));
    if (op.initial.back().rows != op.hidden)
      refuse(in.about("rows of the initial state"), std::to_string(op.hidden),
               std::to_string(op.initial.back().rows));
  }
  node.rows = op.length * op.hidden;
  return op;
}

Gather read_gather(OperationReader &in, Node &node) {
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

ScatterAdd read_scatter_add(OperationReader &in, Node &node) {
  in.need_operands(1, 1);
  const Rows x = in.rows(0);
  node.rows = in.integer("rows", 1);
  return {x, in.index("index", x.rows, -1, node.rows - 1)};
}

Constant read_constant(const TensorFile &file, OperationReader &in, Node &node) {
  in.need_operands(0, 0);
  const std::string name = in.word("tensor");
  const Tensor *tensor = file.find(name);
  if (!tensor || tensor->dtype == Dtype::int32)
    refuse(in.about("tensor " + in_quotes(name)), "real32 or real64 in the file",
             tensor ? dtype_name(tensor->dtype) : "none");
  node.rows = tensor->count;
  node.kind = tensor->dtype == Dtype::real32 ? Kind::real32 : Kind::real64;
  return {tensor};
}

Cast read_cast(OperationReader &in, Node &node) {
  in.need_operands(1, 1);
  const std::string kind = in.word("kind");
  if (kind != "real32" && kind != "real64")
    refuse(in.about("kind"), "'real32' or 'real64'", in_quotes(kind));
  node.kind = kind == "real32" ? Kind::real32 : Kind::real64;
  node.rows = in.rows(0).rows;
  return {in.rows(0)};
}

bool keeps_rows(OverGroups function) {
  return function == OverGroups::cumulative_sum || function == OverGroups::cumulative_product ||
         function == OverGroups::softmax || function == OverGroups::log_softmax;
}

GroupOperation read_group_operation(OverGroups function, OperationReader &in, Node &node) {
  in.need_operands(1, 1);
  const GroupOperation op{function, in.rows(0), in.integer("size", 1)};
  const int64_t groups = in.groups(op.x, op.size);
  node.rows = keeps_rows(function) ? op.x.rows : groups;
  return op;
}

Normalisation read_normalisation(OperationReader &in, Node &node) {
  in.need_operands(1, 1);
  Normalisation op{in.rows(0), in.integer("size", 1), nullptr, nullptr, in.real("epsilon")};
  in.groups(op.x, op.size);
  op.weight = in.optional_tensor("weight", {op.size});
  op.bias = in.optional_tensor("bias", {op.size});
  node.rows = op.x.rows;
  return op;
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

UnaryOperation read_unary(Unary function, OperationReader &in, Node &node) {
  in.need_operands(1, 1);
  node.rows = in.rows(0).rows;
  return {function, in.rows(0), read_parameters(function, in)};
}

// Rows of the result, if the operands fit together.
template <size_t n>
int64_t read_operands(OperationReader &in, std::array<Operand, n> &operands) {
  in.need_operands(n, n);
  int64_t rows = 1;
  bool any = false;
  for (size_t i = 0; i < n; ++i) {
    operands[i] = in.operand(i);
    rows = std::max(rows, in.rows_of(operands[i]));
    any = any || std::holds_alternative<Rows>(operands[i]);
  }
  if (!any) refuse(in.about("operands"), "a value among them", "constants only");
  for (size_t i = 0; i < n; ++i)
    if (const int64_t found = in.rows_of(operands[i]); found != rows && found != 1)
      refuse(in.about("rows of operand " + std::to_string(i + 1)),
               std::to_string(rows) + " or 1", std::to_string(found));
  return rows;
}

BinaryOperation read_binary(Binary function, OperationReader &in, Node &node) {
  BinaryOperation op{function, {}};
  node.rows = read_operands(in, op.in);
  return op;
}

Choice read_choice(OperationReader &in, Node &node) {
  Choice op{};
  node.rows = read_operands(in, op.in);
  return op;
}

template <class Enum>
using Words = std::map<std::string, Enum>;

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

template <class Enum>
const Enum *find(const Words<Enum> &words, const std::string &word) {
  const auto found = words.find(word);
  return found == words.end() ? nullptr : &found->second;
}

Operation read_operation(const TensorFile &file, OperationReader &in, Node &node) {
  const std::string &op = in.op();
  if (op == "dense") return read_dense(in, node);
  if (op == "convolution") return read_convolution(in, node);
  if (op == "gru" || op == "lstm") return read_recurrence(in, node);
  if (op == "gather") return read_gather(in, node);
  if (op == "scatter_add") return read_scatter_add(in, node);
  if (op == "constant") return read_constant(file, in, node);
  if (op == "cast") return read_cast(in, node);
  if (op == "layer_norm") return read_normalisation(in, node);
  if (op == "where") return read_choice(in, node);
  if (const auto *function = find(unary_words(), op)) return read_unary(*function, in, node);
  if (const auto *function = find(binary_words(), op)) return read_binary(*function, in, node);
  if (const auto *function = find(group_words(), op))
    return read_group_operation(*function, in, node);
  refuse(in.about("op"), "one that this engine has (docs/network-file.md)", in_quotes(op));
}

Json parsed(const TensorFile &file) {
  const std::string what = file.path() + ": network";
  const Json network = parsed_object(what, file.text("network"));
  const Json wanted = {{"format", "pyhybrid network"}, {"version", 1}};
  for (const auto &[key, value] : wanted.items())
    if (const Json found = network.value(key, Json()); found != value)
      refuse(what + ": " + key, value.dump(), found.dump());
  if (!network.contains("operations") || !network["operations"].is_array() ||
      !network.contains("output"))
    refuse(what, "the keys 'operations' and 'output'", "others");
  if (const size_t found = network["operations"].size(); found > most_operations)
    refuse(what + ": operations", "at most " + std::to_string(most_operations),
             std::to_string(found));
  return network;
}

// The output is read as the operand of an operation that hands it on.
Rows read_output(const TensorFile &file, const Json &entry, const std::vector<ValueInfo> &values,
                 int64_t outputs, Kind kind) {
  const Json table = {{"op", "output"}, {"name", ""}, {"in", Json::array({entry})}};
  const OperationReader reader(file, table, values.size(), values);
  const Rows output = reader.rows(0);
  if (output.rows != outputs)
    refuse(file.path() + ": rows of the output", std::to_string(outputs) + " (card)",
             std::to_string(output.rows));
  if (reader.kind() != kind)
    refuse(file.path() + ": kind of the output", std::string(kind_name(kind)) + " (card)",
             kind_name(reader.kind()));
  return output;
}

}  // namespace

const char *kind_name(Kind kind) { return kind == Kind::real32 ? "real32" : "real64"; }

Graph read_graph(const TensorFile &file, int64_t features, int64_t outputs, Kind kind) {
  const Json network = parsed(file);
  Graph graph{features, kind, {}, {}};
  std::vector<ValueInfo> values = {{features, kind}};
  for (const Json &table : network["operations"]) try {
    OperationReader reader(file, table, values.size(), values);
    Node node;
    node.name = reader.name();
    node.kind = reader.kind();
    node.operation = read_operation(file, reader, node);
    reader.finish();
    if (node.rows < 1 || node.rows > most_rows)
      refuse(reader.about("rows of the result"), "1 to " + std::to_string(most_rows),
               std::to_string(node.rows));
    values.push_back({node.rows, node.kind});
    graph.nodes.push_back(std::move(node));
  } catch (const Json::exception &error) {
    refuse(file.path() + ": operation " + std::to_string(values.size()), "a table of them",
             error.what());
  }
  graph.output = read_output(file, network["output"], values, outputs, kind);
  return graph;
}

}  // namespace hybrid_builtin
