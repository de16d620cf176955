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

bool follows(const Rows &next, const Rows &last) {
  return next.value == last.value && (next.value < 0 || next.first == last.first + last.rows);
}

}  // namespace

GatherSources::GatherSources(const Gather &gather) : gather_(gather) {
  int64_t end = 0;
  for (const Rows &in : gather.in) ends_.push_back(end += in.rows);
}

Sources GatherSources::runs(int64_t first, int64_t count) const {
  Sources runs;
  for (int64_t i = first; i < first + count; ++i) {
    const Rows next = row(gather_.index->as<int32_t>()[i]);
    if (!runs.empty() && follows(next, runs.back()))
      ++runs.back().rows;
    else
      runs.push_back(next);
  }
  return runs;
}

int64_t GatherSources::number_of_runs(int64_t first, int64_t count) const {
  const int32_t *index = gather_.index->as<int32_t>();
  int64_t runs = count > 0;
  for (int64_t i = first + 1; i < first + count; ++i)
    runs += !follows(row(index[i]), row(index[i - 1]));
  return runs;
}

Rows GatherSources::row(int64_t index) const {
  if (index < 0) return {-1, 0, 1};
  const auto end = std::upper_bound(ends_.begin(), ends_.end(), index);
  const Rows &in = gather_.in[static_cast<size_t>(end - ends_.begin())];
  return {in.value, in.first + in.rows - (*end - index), 1};
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

bool Uses::can_be_skipped(size_t node) const {
  const auto *gather = std::get_if<Gather>(&graph_.nodes[node].operation);
  if (!gather) return false;
  const int32_t *index = gather->index->as<int32_t>();
  if (std::any_of(index, index + gather->index->count, [](int32_t row) { return row < 0; }))
    return false;
  const int result = static_cast<int>(node) + 1;
  const GatherSources sources(*gather);
  for (const Node &reader : graph_.nodes) {
    const auto *dense = std::get_if<Dense>(&reader.operation);
    if (!dense || dense->x.value != result) continue;
    for (int64_t group = 0; group < dense->groups; ++group)
      for (const Rows &run : sources.runs(group * dense->size_in, dense->size_in))
        if (run.rows < least_rows_of_run) return false;
  }
  return true;
}

const Gather *Uses::skipped_gather(const Rows &x) const {
  if (x.value == 0 || !skipped_[static_cast<size_t>(x.value) - 1]) return nullptr;
  return std::get_if<Gather>(&graph_.nodes[static_cast<size_t>(x.value) - 1].operation);
}

std::vector<Sources> Uses::sources(const Dense &dense) const {
  std::vector<Sources> groups;
  if (const Gather *gather = skipped_gather(dense.x)) {
    const GatherSources sources(*gather);
    for (int64_t group = 0; group < dense.groups; ++group)
      groups.push_back(sources.runs(group * dense.size_in, dense.size_in));
  } else {
    for (int64_t group = 0; group < dense.groups; ++group)
      groups.push_back({{dense.x.value, dense.x.first + group * dense.size_in, dense.size_in}});
  }
  return groups;
}

int64_t Uses::number_of_runs(const Dense &dense) const {
  const Gather *gather = skipped_gather(dense.x);
  if (!gather) return dense.groups;
  const GatherSources sources(*gather);
  int64_t runs = 0;
  for (int64_t group = 0; group < dense.groups; ++group)
    runs += sources.number_of_runs(group * dense.size_in, dense.size_in);
  return runs;
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
