// SPDX-License-Identifier: BSD-3-Clause
// The steps of a plan, made from the groups of operations.
#pragma once

#include "graph.hpp"
#include "groups.hpp"
#include "places.hpp"
#include "plan.hpp"
#include "steps/step.hpp"
#include "uses.hpp"

namespace hybrid_builtin {

// What steps are made from; borrowed. The plan has its tile.
struct Planned {
  const Graph &graph;
  const Uses &uses;
  const Places &places;
  Plan &plan;
};

// Adds the step of a group to the plan.
void add_step(const Planned &planned, const Group &group);

// Adds the copy to the output, where that is not made in its place.
void add_output(const Planned &planned);

// Adds the steps of the elementwise nodes first to end - 1 to a chain.
void add_row_steps(const Planned &planned, size_t first, size_t end, Chain &chain);

}  // namespace hybrid_builtin
