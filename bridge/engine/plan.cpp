// SPDX-License-Identifier: BSD-3-Clause
#include "plan.hpp"

#include <algorithm>
#include <functional>

#include "arena.hpp"
#include "failure.hpp"
#include "layers.hpp"
#include "steps/recurrence.hpp"
#include "steps/rows.hpp"
#include "steps/rowwise.hpp"
#include "uses.hpp"

namespace hybrid_builtin {
namespace {

// A thread holds 16 columns at least.
constexpr int64_t most_column_bytes = 64 * 1024 * 1024;

int64_t bytes_of(Kind kind) { return kind == Kind::real32 ? 4 : 8; }

// Nodes first to end - 1, that are run panel by panel.
struct Group {
  size_t first, end;
};

bool has_panels(const Operation &operation) {
  return std::holds_alternative<Dense>(operation) || std::holds_alternative<Convolution>(operation);
}

class Planner {
 public:
  Planner(const Graph &graph, int64_t most_columns)
      : graph_(graph), uses_(graph), places_(graph.nodes.size() + 1),
        scratch_(graph.nodes.size()) {
    find_groups();
    place_values();
    choose_tile(most_columns);
    for (const Group &group : groups_) add_steps(group);
    add_output();
  }

  Plan take() { return std::move(plan_); }

 private:
  const Node &node_of(int value) const { return graph_.nodes[static_cast<size_t>(value) - 1]; }

  Place place_of(const Rows &rows) const {
    const Kind kind = rows.value == 0 ? graph_.kind : node_of(rows.value).kind;
    Place place = places_[static_cast<size_t>(rows.value)];
    place.offset += rows.first * bytes_of(kind);
    return place;
  }

  // ---- Groups ----

  // A row of it needs that row only of what the group makes.
  bool joins(const Group &group, size_t node) const {
    const Operation &first = graph_.nodes[group.first].operation;
    if (!is_rowwise(graph_.nodes[node].operation) || !(is_rowwise(first) || has_panels(first)))
      return false;
    const int64_t rows = graph_.nodes[group.first].rows;
    bool fits = graph_.nodes[node].rows == rows;
    uses_.for_each(node, [&](const Rows &read) {
      const bool made_here = read.value > static_cast<int>(group.first);
      if (made_here && (read.first != 0 || read.rows != rows)) fits = false;
    });
    return fits;
  }

  void find_groups() {
    for (size_t node = 0; node < graph_.nodes.size(); ++node) {
      if (uses_.is_skipped(node)) continue;
      if (!groups_.empty() && groups_.back().end == node && joins(groups_.back(), node))
        ++groups_.back().end;
      else
        groups_.push_back({node, node + 1});
    }
  }

  // ---- Memory ----

  void place_values() {
    const Rows &output = graph_.output;
    places_[0].base = Base::input;
    output_in_place_ = output.value > 0 && output.first == 0 &&
                       output.rows == node_of(output.value).rows;
    if (output_in_place_) places_[static_cast<size_t>(output.value)].base = Base::output;
    for (const Group &group : groups_) {
      for (size_t node = group.first; node < group.end; ++node) place_value(group, node);
      give_back_after(group);
    }
    plan_.column_bytes = arena_.size();
    if (plan_.column_bytes > most_column_bytes)
      refuse("working memory of a column of the network",
             "at most " + std::to_string(most_column_bytes) + " bytes",
             std::to_string(plan_.column_bytes));
  }

  void place_value(const Group &group, size_t node) {
    const Node &made = graph_.nodes[node];
    if (const auto *recurrence = std::get_if<Recurrence>(&made.operation))
      scratch_[node] = {Base::arena,
                        arena_.take(RecurrenceStep<float>::scratch_rows(*recurrence) *
                                    bytes_of(made.kind))};
    Place &place = places_[node + 1];
    if (place.base == Base::output || take_over(group, node)) return;
    place.offset = arena_.take(made.rows * bytes_of(made.kind));
  }

  // The memory of an operand that the group made and nobody reads after this node. What was made
  // before the group may still be read by its other panels.
  bool take_over(const Group &group, size_t node) {
    bool taken = false;
    uses_.for_each(node, [&](const Rows &rows) {
      const size_t value = static_cast<size_t>(rows.value);
      const bool made_here = value > group.first;
      if (taken || !made_here || uses_.last(rows.value) != node ||
          places_[value].base != Base::arena || node_of(rows.value).kind != graph_.nodes[node].kind)
        return;
      places_[node + 1] = places_[value];
      handed_on_.push_back(value);
      taken = true;
    });
    return taken;
  }

  bool handed_on(size_t value) const {
    return std::find(handed_on_.begin(), handed_on_.end(), value) != handed_on_.end();
  }

  void give_back_after(const Group &group) {
    if (std::holds_alternative<Recurrence>(graph_.nodes[group.first].operation))
      arena_.give_back(scratch_[group.first].offset);
    for (size_t value = 1; value <= group.end; ++value) {
      const size_t last = std::max(uses_.last(static_cast<int>(value)), value - 1);
      const bool ends_here = last >= group.first && last < group.end;
      if (ends_here && !uses_.is_skipped(value - 1) && places_[value].base == Base::arena &&
          !handed_on(value))
        arena_.give_back(places_[value].offset);
    }
  }

  // Working memory, input and output of a tile share the second cache with the weights.
  void choose_tile(int64_t most_columns) {
    constexpr int64_t cache_bytes = 1024 * 1024, most = 256;
    const int64_t column = plan_.column_bytes +
                           (graph_.features + graph_.output.rows) * bytes_of(graph_.kind);
    const int64_t fitting = std::min({cache_bytes / column, most, most_columns});
    plan_.tile = std::max(column_step, fitting / column_step * column_step);
  }

  // ---- Steps ----

  template <class Real>
  PlacedOperand<Real> placed(const Operand &operand, int64_t rows) {
    PlacedOperand<Real> result;
    if (const auto *read = std::get_if<Rows>(&operand)) {
      result.place = place_of(*read);
      result.one_row = read->rows == 1 && rows != 1;
    } else if (const auto *tensor = std::get_if<const Tensor *>(&operand)) {
      result.numbers = (*tensor)->template as<Real>();
      result.one_row = (*tensor)->count == 1;
    } else {
      result.numbers = keep(plan_, std::vector<Real>{static_cast<Real>(std::get<double>(operand))});
      result.one_row = true;
    }
    return result;
  }

  template <class Real, size_t n>
  std::array<PlacedOperand<Real>, n> placed(const std::array<Operand, n> &operands, int64_t rows) {
    std::array<PlacedOperand<Real>, n> result;
    for (size_t i = 0; i < n; ++i) result[i] = placed<Real>(operands[i], rows);
    return result;
  }

  template <class Real>
  std::unique_ptr<const RowStep> row_step(size_t node) {
    const Operation &operation = graph_.nodes[node].operation;
    const Place y = places_[node + 1];
    const int64_t rows = graph_.nodes[node].rows;
    if (const auto *op = std::get_if<UnaryOperation>(&operation))
      return std::make_unique<UnaryStep<Real>>(op->function, place_of(op->x), nullptr, y,
                                               op->parameters);
    if (const auto *op = std::get_if<BinaryOperation>(&operation))
      return std::make_unique<BinaryStep<Real>>(op->function, placed<Real>(op->in, rows), y);
    if (const auto *op = std::get_if<Choice>(&operation))
      return std::make_unique<ChoiceStep<Real>>(placed<Real>(op->in, rows), y);
    if (const auto *op = std::get_if<Constant>(&operation))
      return std::make_unique<ConstantStep<Real>>(op->tensor->as<Real>(), y);
    return cast_step<Real>(std::get<Cast>(operation).x, y);
  }

  template <class To>
  std::unique_ptr<const RowStep> cast_step(const Rows &x, const Place &y) {
    const Kind from = x.value == 0 ? graph_.kind : node_of(x.value).kind;
    if (from == Kind::real32) return std::make_unique<CastStep<float, To>>(place_of(x), y);
    return std::make_unique<CastStep<double, To>>(place_of(x), y);
  }

  std::unique_ptr<const RowStep> row_step(size_t node) {
    return graph_.nodes[node].kind == Kind::real32 ? row_step<float>(node) : row_step<double>(node);
  }

  void add_steps(const Group &group) {
    if (graph_.nodes[group.first].kind == Kind::real32)
      add_steps<float>(group);
    else
      add_steps<double>(group);
  }

  template <class Real>
  void add_steps(const Group &group) {
    const Node &node = graph_.nodes[group.first];
    if (is_rowwise(node.operation))
      plan_.steps.push_back(std::make_unique<ChainStep>(chain(group.first, group.end), node.rows,
                                                        static_cast<int64_t>(sizeof(Real))));
    else if (has_panels(node.operation))
      add_products<Real>(group);
    else
      plan_.steps.push_back(whole_step<Real>(group.first));
  }

  Chain chain(size_t first, size_t end) {
    Chain steps;
    for (size_t node = first; node < end; ++node) steps.push_back(row_step(node));
    return steps;
  }

  // The bias goes with the function behind the layer, if there is one that takes nothing else.
  template <class Real>
  void add_products(const Group &group) {
    Layer<Real> layer = made_layer<Real>(group.first);
    const Place y = places_[group.first + 1];
    size_t next = group.first + 1;
    Chain steps;
    if (const Real *bias = keep_bias(plan_, layer)) {
      const auto *behind = next < group.end
                               ? std::get_if<UnaryOperation>(&graph_.nodes[next].operation)
                               : nullptr;
      const bool together = behind && behind->x.value == static_cast<int>(next) &&
                            uses_.last(behind->x.value) == next;
      steps.push_back(std::make_unique<UnaryStep<Real>>(
          together ? behind->function : Unary::identity, y, bias, together ? places_[next + 1] : y,
          together ? behind->parameters : std::array<double, 2>{}));
      if (together) ++next;
    }
    for (auto &step : chain(next, group.end)) steps.push_back(std::move(step));
    layer.kernels.make(plan_.tile);
    plan_.steps.push_back(std::make_unique<ProductsStep<Real>>(
        std::move(layer.panels), std::move(layer.kernels), y, std::move(steps)));
  }

  template <class Real>
  Layer<Real> made_layer(size_t node) {
    const Operation &operation = graph_.nodes[node].operation;
    const auto place = [this](const Rows &rows) { return place_of(rows); };
    if (const auto *dense = std::get_if<Dense>(&operation))
      return dense_layer<Real>(*dense, uses_.sources(*dense), place);
    return convolution_layer<Real>(plan_, std::get<Convolution>(operation), place);
  }

  template <class Real>
  std::unique_ptr<const Step> whole_step(size_t node) {
    const Operation &operation = graph_.nodes[node].operation;
    const Place y = places_[node + 1];
    if (const auto *op = std::get_if<Recurrence>(&operation)) {
      std::vector<Place> initial;
      for (const Rows &rows : op->initial) initial.push_back(place_of(rows));
      return std::make_unique<RecurrenceStep<Real>>(*op, place_of(op->x), std::move(initial), y,
                                                    scratch_[node], plan_.tile);
    }
    if (const auto *op = std::get_if<Gather>(&operation)) return gather_step<Real>(*op, y);
    if (const auto *op = std::get_if<ScatterAdd>(&operation))
      return std::make_unique<ScatterAddStep<Real>>(*op->index, place_of(op->x), y,
                                                    graph_.nodes[node].rows);
    if (const auto *op = std::get_if<GroupOperation>(&operation))
      return std::make_unique<GroupStep<Real>>(*op, place_of(op->x), y);
    const auto &op = std::get<Normalisation>(operation);
    return std::make_unique<NormalisationStep<Real>>(op, place_of(op.x), y);
  }

  template <class Real>
  std::unique_ptr<const Step> gather_step(const Gather &gather, const Place &y) {
    std::vector<Run> runs;
    std::vector<int64_t> filled;
    int64_t row = 0;
    for (const Rows &rows : sources_of(gather, 0, gather.index->count)) {
      for (int64_t i = 0; rows.value < 0 && i < rows.rows; ++i) filled.push_back(row + i);
      if (rows.value >= 0)
        runs.push_back({place_of({rows.value, 0, 0}), rows.first, row, rows.rows});
      row += rows.rows;
    }
    return std::make_unique<GatherStep<Real>>(std::move(runs), std::move(filled), gather.fill, y);
  }

  void add_output() {
    if (output_in_place_) return;
    const Rows &output = graph_.output;
    const std::vector<Run> runs = {{place_of(output), 0, 0, output.rows}};
    if (graph_.kind == Kind::real32)
      add_copy<float>(runs);
    else
      add_copy<double>(runs);
  }

  template <class Real>
  void add_copy(const std::vector<Run> &runs) {
    const Place y = {Base::output, 0};
    plan_.steps.push_back(
        std::make_unique<GatherStep<Real>>(runs, std::vector<int64_t>{}, 0.0, y));
  }

  const Graph &graph_;
  const Uses uses_;
  Plan plan_;
  Arena arena_;
  std::vector<Group> groups_;
  std::vector<Place> places_;   // by value
  std::vector<Place> scratch_;  // by node
  std::vector<size_t> handed_on_;
  bool output_in_place_ = false;
};

}  // namespace

Plan make_plan(const Graph &graph, int64_t most_columns) {
  return Planner(graph, most_columns).take();
}

}  // namespace hybrid_builtin
