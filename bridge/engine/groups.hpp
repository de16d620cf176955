// SPDX-License-Identifier: BSD-3-Clause
// What is fused: nodes that are run panel by panel of rows.
#pragma once

#include <vector>

#include "graph.hpp"
#include "uses.hpp"

namespace hybrid_builtin {

// Nodes first to end - 1.
struct Group {
  size_t first, end;
};

bool has_panels(const Operation &operation);

// In the order of the nodes; skipped ones are in none.
std::vector<Group> find_groups(const Graph &graph, const Uses &uses);

}  // namespace hybrid_builtin
