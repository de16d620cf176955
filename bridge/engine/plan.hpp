// SPDX-License-Identifier: BSD-3-Clause
// From a network's operations to steps: what is fused, where values lie, how large a tile is.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "graph.hpp"
#include "steps/step.hpp"

namespace hybrid_builtin {

struct Plan {
  int64_t tile = 0;          // most columns at a time
  int64_t column_bytes = 0;  // of working memory for each column
  std::vector<std::unique_ptr<const Step>> steps;
  std::vector<std::shared_ptr<const void>> weights;  // those that were rearranged
};

// `most_columns`: of a tile; smaller ones are chosen so that the values stay in the cache.
Plan make_plan(const Graph &graph, int64_t most_columns);

}  // namespace hybrid_builtin
