// SPDX-License-Identifier: BSD-3-Clause
#include "graph.hpp"

#include "failure.hpp"
#include "json_text.hpp"
#include "operations.hpp"

namespace hybrid_builtin {
namespace {

using Json = nlohmann::json;

// Far above what modules become, low enough that loading ends soon whatever the file holds.
constexpr size_t most_operations = 16384;

void check_format(const std::string &what, const Json &network) {
  const Json wanted = {{"format", "pyhybrid network"}, {"version", 1}};
  for (const auto &[key, value] : wanted.items())
    if (const Json found = network.value(key, Json()); found != value)
      refuse(what + ": " + key, value.dump(), found.dump());
}

Json parsed(const TensorFile &file) {
  const std::string what = file.path() + ": network";
  const Json network = parsed_object(what, file.text("network"));
  check_format(what, network);
  if (!network.contains("operations") || !network["operations"].is_array() ||
      !network.contains("output"))
    refuse(what, "the keys 'operations' and 'output'", "others");
  if (const size_t found = network["operations"].size(); found > most_operations)
    refuse(what + ": operations", "at most " + std::to_string(most_operations),
           std::to_string(found));
  return network;
}

Node read_node(const TensorFile &file, const Json &table, const std::vector<ValueInfo> &values) {
  OperationReader reader(file, table, values.size(), values);
  Node node;
  node.name = reader.name();
  node.kind = reader.kind();
  node.operation = read_operation(file, reader, node);
  reader.finish();
  if (node.rows < 1 || node.rows > most_rows)
    refuse(reader.about("rows of the result"), "1 to " + std::to_string(most_rows),
           std::to_string(node.rows));
  return node;
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
    graph.nodes.push_back(read_node(file, table, values));
    values.push_back({graph.nodes.back().rows, graph.nodes.back().kind});
  } catch (const Json::exception &error) {
    refuse(file.path() + ": operation " + std::to_string(values.size()), "a table of them",
           error.what());
  }
  graph.output = read_output(file, network["output"], values, outputs, kind);
  return graph;
}

}  // namespace hybrid_builtin
