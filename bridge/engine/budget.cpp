// SPDX-License-Identifier: BSD-3-Clause
#include "budget.hpp"

#include <algorithm>

#include "failure.hpp"
#include "layers.hpp"
#include "steps/rows.hpp"

namespace hybrid_builtin {
namespace {

constexpr int64_t most_bytes = int64_t{1} << 30;

// Of vectors that grew: twice what they hold, and what each block of memory has around it.
template <class Element>
int64_t bytes_of_vectors(int64_t vectors, int64_t elements) {
  constexpr int64_t around = 32;
  return vectors * around + 2 * elements * static_cast<int64_t>(sizeof(Element));
}

int64_t bytes_of_layer(int64_t panels, int64_t products) {
  return bytes_of_vectors<Panel<float>>(1, panels) +
         bytes_of_vectors<Product<float>>(panels, products);
}

// No count of rows, runs or weights is large enough for these to overflow.
struct BytesOf {
  const Uses &uses;
  const Node &node;

  int64_t operator()(const Dense &op) const {
    const int64_t panels = (op.size_out + panel_rows - 1) / panel_rows;
    const int64_t runs = uses.number_of_runs(op);
    return bytes_of_vectors<Sources>(1, op.groups) + bytes_of_vectors<Rows>(op.groups, runs) +
           bytes_of_layer(op.groups * panels, runs * panels) + biases(op.bias);
  }
  int64_t operator()(const Convolution &op) const {
    const int64_t windows = op.length_out * op.groups;
    return bytes_of_layer(windows, windows * products_of_window(op)) + numbers(op.weight->count) +
           biases(op.bias);
  }
  int64_t operator()(const Recurrence &op) const {
    return 2 * numbers(op.input_weight->count + op.state_weight->count);
  }
  int64_t operator()(const Gather &op) const {
    const int32_t *index = op.index->as<int32_t>();
    const int64_t runs = GatherSources(op).number_of_runs(0, op.index->count);
    return bytes_of_vectors<Rows>(1, runs) + bytes_of_vectors<Run>(1, runs) +
           bytes_of_vectors<int64_t>(1, std::count_if(index, index + op.index->count,
                                                      [](int32_t row) { return row < 0; }));
  }
  int64_t operator()(const ScatterAdd &op) const {
    return bytes_of_vectors<int32_t>(1, op.index->count);
  }
  template <class Other>
  int64_t operator()(const Other &) const {
    return 0;
  }

  int64_t numbers(int64_t count) const { return count * bytes_of(node.kind); }
  int64_t biases(const Tensor *bias) const { return bias ? numbers(node.rows) : 0; }
};

}  // namespace

void check_budget(const Graph &graph, const Uses &uses) {
  int64_t bytes = 0;
  for (size_t node = 0; node < graph.nodes.size(); ++node)
    if (!uses.is_skipped(node))
      bytes += std::visit(BytesOf{uses, graph.nodes[node]}, graph.nodes[node].operation);
  if (bytes > most_bytes)
    refuse("panels, runs of rows and rearranged weights of the network",
           "at most " + std::to_string(most_bytes) + " bytes", std::to_string(bytes));
}

}  // namespace hybrid_builtin
