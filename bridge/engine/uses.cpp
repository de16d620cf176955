// SPDX-License-Identifier: BSD-3-Clause
#include "uses.hpp"

#include <algorithm>

namespace hybrid_builtin {
namespace {

using Visit = std::function<void(const Rows &)>;

void visit(const Operand &operand, const Visit &f) {
  if (const auto *rows = std::get_if<Rows>(&operand)) f(*rows);
}

struct Visitor {
  const Visit &f;
  void operator()(const Constant &) const {}
  void operator()(const Gather &op) const { std::for_each(op.in.begin(), op.in.end(), f); }
  void operator()(const Recurrence &op) const {
    f(op.x);
    std::for_each(op.initial.begin(), op.initial.end(), f);
  }
  void operator()(const BinaryOperation &op) const {
    for (const Operand &operand : op.in) visit(operand, f);
  }
  void operator()(const Choice &op) const {
    for (const Operand &operand : op.in) visit(operand, f);
  }
  template <class Other>
  void operator()(const Other &op) const {
    f(op.x);
  }
};

bool whole(const Rows &rows, const Node &node) { return rows.first == 0 && rows.rows == node.rows; }

// Row `row` of what a gather reads.
Rows source_of(const Gather &gather, int64_t row) {
  for (const Rows &in : gather.in) {
    if (row < in.rows) return {in.value, in.first + row, 1};
    row -= in.rows;
  }
  return {};
}

bool follows(const Rows &next, const Rows &last) {
  return next.value == last.value && (next.value < 0 || next.first == last.first + last.rows);
}

}  // namespace

Sources sources_of(const Gather &gather, int64_t first, int64_t count) {
  const int32_t *index = gather.index->as<int32_t>();
  Sources runs;
  for (int64_t i = first; i < first + count; ++i) {
    const Rows next = index[i] < 0 ? Rows{-1, 0, 1} : source_of(gather, index[i]);
    if (!runs.empty() && follows(next, runs.back()))
      ++runs.back().rows;
    else
      runs.push_back(next);
  }
  return runs;
}

bool is_rowwise(const Operation &operation) {
  return std::holds_alternative<UnaryOperation>(operation) ||
         std::holds_alternative<BinaryOperation>(operation) ||
         std::holds_alternative<Choice>(operation) || std::holds_alternative<Cast>(operation) ||
         std::holds_alternative<Constant>(operation);
}

Uses::Uses(const Graph &graph) : graph_(graph), skipped_(graph.nodes.size(), false) {
  find_skipped();
  last_.assign(graph.nodes.size() + 1, 0);
  for (size_t node = 0; node < graph.nodes.size(); ++node)
    for_each(node, [&](const Rows &rows) { last_[static_cast<size_t>(rows.value)] = node; });
  last_[static_cast<size_t>(graph.output.value)] = graph.nodes.size();
}

// Every use of a gather's value is counted, and those among them by dense layers as a whole.
void Uses::find_skipped() {
  const size_t n = graph_.nodes.size();
  std::vector<int> all(n + 1, 0), by_dense(n + 1, 0);
  ++all[static_cast<size_t>(graph_.output.value)];
  for (const Node &node : graph_.nodes) {
    const auto *dense = std::get_if<Dense>(&node.operation);
    std::visit(Visitor{[&](const Rows &rows) {
                 const size_t value = static_cast<size_t>(rows.value);
                 ++all[value];
                 if (dense && value > 0 && whole(rows, graph_.nodes[value - 1])) ++by_dense[value];
               }},
               node.operation);
  }
  for (size_t node = 0; node < n; ++node)
    skipped_[node] = all[node + 1] > 0 && all[node + 1] == by_dense[node + 1] &&
                     can_be_skipped(node);
}

// A product of a few rows costs more than copying them.
bool Uses::can_be_skipped(size_t node) const {
  constexpr int64_t least_rows = 8;
  const auto *gather = std::get_if<Gather>(&graph_.nodes[node].operation);
  if (!gather) return false;
  const int32_t *index = gather->index->as<int32_t>();
  if (std::any_of(index, index + gather->index->count, [](int32_t row) { return row < 0; }))
    return false;
  const Rows result = {static_cast<int>(node) + 1, 0, graph_.nodes[node].rows};
  for (const Node &reader : graph_.nodes) {
    const auto *dense = std::get_if<Dense>(&reader.operation);
    if (!dense || dense->x.value != result.value) continue;
    for (int64_t group = 0; group < dense->groups; ++group)
      for (const Rows &run : sources_of(*gather, group * dense->size_in, dense->size_in))
        if (run.rows < least_rows) return false;
  }
  return true;
}

const Gather *Uses::skipped_gather(const Rows &x) const {
  if (x.value == 0 || !skipped_[static_cast<size_t>(x.value) - 1]) return nullptr;
  return std::get_if<Gather>(&graph_.nodes[static_cast<size_t>(x.value) - 1].operation);
}

std::vector<Sources> Uses::sources(const Dense &dense) const {
  const Gather *gather = skipped_gather(dense.x);
  std::vector<Sources> groups;
  for (int64_t group = 0; group < dense.groups; ++group) {
    const int64_t first = group * dense.size_in;
    if (gather)
      groups.push_back(sources_of(*gather, first, dense.size_in));
    else
      groups.push_back({{dense.x.value, dense.x.first + first, dense.size_in}});
  }
  return groups;
}

void Uses::for_each(size_t node, const Visit &f) const {
  if (skipped_[node]) return;
  const Operation &operation = graph_.nodes[node].operation;
  const auto *dense = std::get_if<Dense>(&operation);
  const Gather *gather = dense ? skipped_gather(dense->x) : nullptr;
  if (gather)
    std::for_each(gather->in.begin(), gather->in.end(), f);
  else
    std::visit(Visitor{f}, operation);
}

}  // namespace hybrid_builtin
