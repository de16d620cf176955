// SPDX-License-Identifier: BSD-3-Clause
// What a network's operations read: the basis of fusing them and of sharing their memory.
#pragma once

#include <functional>
#include <vector>

#include "graph.hpp"

namespace hybrid_builtin {

// Rows of x that follow each other, in the order in which a dense layer reads them.
using Sources = std::vector<Rows>;

// What a gather reads.
class GatherSources {
 public:
  explicit GatherSources(const Gather &gather);

  // Row by row of its result, as few runs as possible; value -1: filled.
  Sources runs(int64_t first, int64_t count) const;
  int64_t number_of_runs(int64_t first, int64_t count) const;

 private:
  Rows row(int64_t index) const;

  const Gather &gather_;
  std::vector<int64_t> ends_;  // of the operands, their rows counted through
};

// Of a run that dense layers read themselves: a product of a few rows costs more than copying them.
constexpr int64_t least_rows_of_run = 8;

// Elementwise: its rows depend on the same rows of its operands.
bool is_rowwise(const Operation &operation);

class Uses {
 public:
  explicit Uses(const Graph &graph);

  // Calls f for the rows of every value that node `node` (from 0) reads.
  void for_each(size_t node, const std::function<void(const Rows &)> &f) const;

  // Number of the last node that reads a value; the number of nodes if the output does.
  size_t last(int value) const { return last_[static_cast<size_t>(value)]; }

  // A gather in front of dense layers only: they read its sources themselves.
  bool is_skipped(size_t node) const { return skipped_[node]; }

  // What each group of a dense layer reads.
  std::vector<Sources> sources(const Dense &dense) const;
  int64_t number_of_runs(const Dense &dense) const;  // of all groups

 private:
  void find_skipped();
  bool can_be_skipped(size_t node) const;
  const Gather *skipped_gather(const Rows &x) const;

  const Graph &graph_;
  std::vector<bool> skipped_;
  std::vector<size_t> last_;
};

}  // namespace hybrid_builtin
