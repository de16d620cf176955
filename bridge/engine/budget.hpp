// SPDX-License-Identifier: BSD-3-Clause
// What a plan takes besides the tensors of the file: panels and their products, runs of rows,
// rearranged weights.
#pragma once

#include "graph.hpp"
#include "uses.hpp"

namespace hybrid_builtin {

// Refuses a network whose plan would take too much, before anything of it is made.
void check_budget(const Graph &graph, const Uses &uses);

}  // namespace hybrid_builtin
