// SPDX-License-Identifier: BSD-3-Clause
// Where values lie: in the input, in the output, or in the arena, whose memory they share.
#pragma once

#include <cstdint>
#include <vector>

#include "arena.hpp"
#include "graph.hpp"
#include "groups.hpp"
#include "steps/step.hpp"
#include "uses.hpp"

namespace hybrid_builtin {

class Places {
 public:
  Places(const Graph &graph, const Uses &uses, const std::vector<Group> &groups);

  // Of the first of these rows.
  Place of(const Rows &rows) const;
  Place of_result(size_t node) const { return of_value_[node + 1]; }
  Place scratch(size_t node) const { return scratch_[node]; }

  // Whether the network's output is made where it belongs.
  bool output_in_place() const { return output_in_place_; }
  // Of the arena, for each column.
  int64_t column_bytes() const { return arena_.size(); }

 private:
  void place_input_and_output();
  void place(const Group &group, size_t node);
  void place_scratch(size_t node);
  bool take_over(const Group &group, size_t node);
  bool can_be_taken_over(const Group &group, size_t node, const Rows &operand) const;
  bool handed_on(size_t value) const;
  void give_back_after(const Group &group);
  bool ends_in(const Group &group, size_t value) const;

  const Graph &graph_;
  const Uses &uses_;
  Arena arena_;
  std::vector<Place> of_value_, scratch_;  // the latter by node
  std::vector<size_t> handed_on_;
  bool output_in_place_ = false;
};

}  // namespace hybrid_builtin
