// SPDX-License-Identifier: BSD-3-Clause
#include "places.hpp"

#include <algorithm>

#include "failure.hpp"
#include "steps/recurrence.hpp"

namespace hybrid_builtin {
namespace {

// A thread holds 16 columns at least.
constexpr int64_t most_column_bytes = 64 * 1024 * 1024;

}  // namespace

Places::Places(const Graph &graph, const Uses &uses, const std::vector<Group> &groups)
    : graph_(graph), uses_(uses), of_value_(graph.nodes.size() + 1),
      scratch_(graph.nodes.size()) {
  place_input_and_output();
  for (const Group &group : groups) {
    for (size_t node = group.first; node < group.end; ++node) place(group, node);
    give_back_after(group);
  }
  if (column_bytes() > most_column_bytes)
    refuse("working memory of a column of the network",
           "at most " + std::to_string(most_column_bytes) + " bytes",
           std::to_string(column_bytes()));
}

Place Places::of(const Rows &rows) const {
  Place place = of_value_[static_cast<size_t>(rows.value)];
  place.offset += rows.first * bytes_of(kind_of(graph_, rows.value));
  return place;
}

void Places::place_input_and_output() {
  const Rows &output = graph_.output;
  of_value_[0].base = Base::input;
  output_in_place_ = output.value > 0 && output.first == 0 &&
                     output.rows == node_of(graph_, output.value).rows;
  if (output_in_place_) of_value_[static_cast<size_t>(output.value)].base = Base::output;
}

void Places::place(const Group &group, size_t node) {
  place_scratch(node);
  const Node &made = graph_.nodes[node];
  Place &place = of_value_[node + 1];
  if (place.base == Base::output || take_over(group, node)) return;
  place.offset = arena_.take(made.rows * bytes_of(made.kind));
}

void Places::place_scratch(size_t node) {
  const Node &made = graph_.nodes[node];
  const auto *recurrence = std::get_if<Recurrence>(&made.operation);
  if (!recurrence) return;
  const int64_t rows = RecurrenceStep<float>::scratch_rows(*recurrence);
  scratch_[node] = {Base::arena, arena_.take(rows * bytes_of(made.kind))};
}

// The memory of an operand that nobody reads after this node.
bool Places::take_over(const Group &group, size_t node) {
  bool taken = false;
  uses_.for_each(node, [&](const Rows &operand) {
    if (taken || !can_be_taken_over(group, node, operand)) return;
    const auto value = static_cast<size_t>(operand.value);
    of_value_[node + 1] = of_value_[value];
    handed_on_.push_back(value);
    taken = true;
  });
  return taken;
}

// What was made before the group may still be read by its other panels.
bool Places::can_be_taken_over(const Group &group, size_t node, const Rows &operand) const {
  const auto value = static_cast<size_t>(operand.value);
  const bool made_here = value > group.first;
  return made_here && uses_.last(operand.value) == node && of_value_[value].base == Base::arena &&
         node_of(graph_, operand.value).kind == graph_.nodes[node].kind;
}

bool Places::handed_on(size_t value) const {
  return std::find(handed_on_.begin(), handed_on_.end(), value) != handed_on_.end();
}

void Places::give_back_after(const Group &group) {
  if (std::holds_alternative<Recurrence>(graph_.nodes[group.first].operation))
    arena_.give_back(scratch_[group.first].offset);
  for (size_t value = 1; value <= group.end; ++value)
    if (ends_in(group, value) && of_value_[value].base == Base::arena && !handed_on(value))
      arena_.give_back(of_value_[value].offset);
}

bool Places::ends_in(const Group &group, size_t value) const {
  const size_t last = std::max(uses_.last(static_cast<int>(value)), value - 1);
  return last >= group.first && last < group.end && !uses_.is_skipped(value - 1);
}

}  // namespace hybrid_builtin
