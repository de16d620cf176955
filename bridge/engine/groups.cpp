// SPDX-License-Identifier: BSD-3-Clause
#include "groups.hpp"

namespace hybrid_builtin {
namespace {

// Of what the group makes, a row of the node needs that very row only.
bool reads_own_rows(const Graph &graph, const Uses &uses, const Group &group, size_t node) {
  const int64_t rows = graph.nodes[group.first].rows;
  bool fits = graph.nodes[node].rows == rows;
  uses.for_each(node, [&](const Rows &read) {
    const bool made_here = read.value > static_cast<int>(group.first);
    if (made_here && (read.first != 0 || read.rows != rows)) fits = false;
  });
  return fits;
}

bool joins(const Graph &graph, const Uses &uses, const Group &group, size_t node) {
  const Operation &first = graph.nodes[group.first].operation;
  return group.end == node && is_rowwise(graph.nodes[node].operation) &&
         (is_rowwise(first) || has_panels(first)) && reads_own_rows(graph, uses, group, node);
}

}  // namespace

bool has_panels(const Operation &operation) {
  return std::holds_alternative<Dense>(operation) || std::holds_alternative<Convolution>(operation);
}

std::vector<Group> find_groups(const Graph &graph, const Uses &uses) {
  std::vector<Group> groups;
  for (size_t node = 0; node < graph.nodes.size(); ++node) {
    if (uses.is_skipped(node)) continue;
    if (!groups.empty() && joins(graph, uses, groups.back(), node))
      ++groups.back().end;
    else
      groups.push_back({node, node + 1});
  }
  return groups;
}

}  // namespace hybrid_builtin
