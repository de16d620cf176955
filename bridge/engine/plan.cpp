// SPDX-License-Identifier: BSD-3-Clause
#include "plan.hpp"

#include <algorithm>

#include "budget.hpp"
#include "groups.hpp"
#include "places.hpp"
#include "planned_steps.hpp"
#include "uses.hpp"

namespace hybrid_builtin {
namespace {

// Working memory, input and output of a tile share the second cache with the weights.
int64_t chosen_tile(const Graph &graph, int64_t column_bytes, int64_t most_columns) {
  constexpr int64_t cache_bytes = 1024 * 1024, most = 256;
  const int64_t column =
      column_bytes + (graph.features + graph.output.rows) * bytes_of(graph.kind);
  const int64_t fitting = std::min({cache_bytes / column, most, most_columns});
  return std::max(column_step, fitting / column_step * column_step);
}

}  // namespace

Plan make_plan(const Graph &graph, int64_t most_columns) {
  const Uses uses(graph);
  check_budget(graph, uses);
  const std::vector<Group> groups = find_groups(graph, uses);
  const Places places(graph, uses, groups);
  Plan plan;
  plan.column_bytes = places.column_bytes();
  plan.tile = chosen_tile(graph, plan.column_bytes, most_columns);
  const Planned planned = {graph, uses, places, plan};
  for (const Group &group : groups) add_step(planned, group);
  add_output(planned);
  return plan;
}

}  // namespace hybrid_builtin
