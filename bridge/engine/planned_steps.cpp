// SPDX-License-Identifier: BSD-3-Clause
#include "planned_steps.hpp"

#include "layers.hpp"
#include "steps/recurrence.hpp"
#include "steps/rows.hpp"
#include "steps/rowwise.hpp"

namespace hybrid_builtin {
namespace {

using Made = std::unique_ptr<const Step>;

template <class Real>
Made gather_step(const Planned &planned, const Gather &gather, const Place &y) {
  std::vector<Run> runs;
  std::vector<int64_t> filled;
  int64_t row = 0;
  for (const Rows &rows : GatherSources(gather).runs(0, gather.index->count)) {
    for (int64_t i = 0; rows.value < 0 && i < rows.rows; ++i) filled.push_back(row + i);
    if (rows.value >= 0)
      runs.push_back({planned.places.of({rows.value, 0, 0}), rows.first, row, rows.rows});
    row += rows.rows;
  }
  return std::make_unique<GatherStep<Real>>(std::move(runs), std::move(filled), gather.fill, y);
}

// Of an operation that is neither elementwise nor made of panels.
template <class Real>
struct MakeStep {
  const Planned &planned;
  const size_t node;
  const Place y;

  Made operator()(const Recurrence &op) const {
    std::vector<Place> initial;
    for (const Rows &rows : op.initial) initial.push_back(planned.places.of(rows));
    return std::make_unique<RecurrenceStep<Real>>(op, planned.places.of(op.x), std::move(initial),
                                                  y, planned.places.scratch(node),
                                                  planned.plan.tile);
  }
  Made operator()(const Gather &op) const { return gather_step<Real>(planned, op, y); }
  Made operator()(const ScatterAdd &op) const {
    return std::make_unique<ScatterAddStep<Real>>(*op.index, planned.places.of(op.x), y,
                                                  planned.graph.nodes[node].rows);
  }
  Made operator()(const GroupOperation &op) const {
    return std::make_unique<GroupStep<Real>>(op, planned.places.of(op.x), y);
  }
  Made operator()(const Normalisation &op) const {
    return std::make_unique<NormalisationStep<Real>>(op, planned.places.of(op.x), y);
  }
  template <class Other>
  Made operator()(const Other &) const {
    return nullptr;  // made_step() has taken it
  }
};

template <class Real>
Layer<Real> made_layer(const Planned &planned, size_t node) {
  const Operation &operation = planned.graph.nodes[node].operation;
  const auto place = [&](const Rows &rows) { return planned.places.of(rows); };
  if (const auto *dense = std::get_if<Dense>(&operation))
    return dense_layer<Real>(*dense, planned.uses.sources(*dense), place);
  return convolution_layer<Real>(planned.plan, std::get<Convolution>(operation), place);
}

// The function of the layer's result, if the group has it next and nobody else reads the result.
const UnaryOperation *function_behind(const Planned &planned, const Group &group) {
  const size_t next = group.first + 1;
  if (next == group.end) return nullptr;
  const auto *behind = std::get_if<UnaryOperation>(&planned.graph.nodes[next].operation);
  const int result = static_cast<int>(next);
  const bool alone = behind && behind->x.value == result && planned.uses.last(result) == next;
  return alone ? behind : nullptr;
}

// The bias goes with the function behind the layer, if there is one.
template <class Real>
std::unique_ptr<const RowStep> bias_step(const Planned &planned, size_t node, const Real *bias,
                                         const UnaryOperation *behind) {
  const Place x = planned.places.of_result(node);
  if (!behind)
    return std::make_unique<UnaryStep<Real>>(Unary::identity, x, bias, x, std::array<double, 2>{});
  return std::make_unique<UnaryStep<Real>>(behind->function, x, bias,
                                           planned.places.of_result(node + 1), behind->parameters);
}

template <class Real>
Made products_step(const Planned &planned, const Group &group) {
  Layer<Real> layer = made_layer<Real>(planned, group.first);
  Chain chain;
  size_t next = group.first + 1;
  if (const Real *bias = keep_bias(planned.plan, layer)) {
    const UnaryOperation *behind = function_behind(planned, group);
    chain.push_back(bias_step(planned, group.first, bias, behind));
    if (behind) ++next;
  }
  add_row_steps(planned, next, group.end, chain);
  layer.kernels.make(planned.plan.tile);
  return std::make_unique<ProductsStep<Real>>(std::move(layer.panels), std::move(layer.kernels),
                                              planned.places.of_result(group.first),
                                              std::move(chain));
}

template <class Real>
Made chain_step(const Planned &planned, const Group &group) {
  Chain chain;
  add_row_steps(planned, group.first, group.end, chain);
  return std::make_unique<ChainStep>(std::move(chain), planned.graph.nodes[group.first].rows,
                                     static_cast<int64_t>(sizeof(Real)));
}

template <class Real>
Made made_step(const Planned &planned, const Group &group) {
  const size_t node = group.first;
  const Operation &operation = planned.graph.nodes[node].operation;
  if (is_rowwise(operation)) return chain_step<Real>(planned, group);
  if (has_panels(operation)) return products_step<Real>(planned, group);
  return std::visit(MakeStep<Real>{planned, node, planned.places.of_result(node)}, operation);
}

template <class Real>
Made copy_step(const std::vector<Run> &runs) {
  return std::make_unique<GatherStep<Real>>(runs, std::vector<int64_t>{}, 0.0,
                                            Place{Base::output, 0});
}

}  // namespace

void add_step(const Planned &planned, const Group &group) {
  planned.plan.steps.push_back(planned.graph.nodes[group.first].kind == Kind::real32
                                   ? made_step<float>(planned, group)
                                   : made_step<double>(planned, group));
}

void add_output(const Planned &planned) {
  if (planned.places.output_in_place()) return;
  const Rows &output = planned.graph.output;
  const std::vector<Run> runs = {{planned.places.of(output), 0, 0, output.rows}};
  planned.plan.steps.push_back(planned.graph.kind == Kind::real32 ? copy_step<float>(runs)
                                                                  : copy_step<double>(runs));
}

}  // namespace hybrid_builtin
