// SPDX-License-Identifier: BSD-3-Clause
// Elementwise operations as steps that work row by row.
#include "layers.hpp"
#include "planned_steps.hpp"
#include "steps/rowwise.hpp"

namespace hybrid_builtin {
namespace {

using Made = std::unique_ptr<const RowStep>;

template <class Real>
struct MakeOperand {
  const Planned &planned;
  int64_t rows;  // of the result

  PlacedOperand<Real> operator()(const Rows &read) const {
    return {planned.places.of(read), nullptr, read.rows == 1 && rows != 1};
  }
  PlacedOperand<Real> operator()(const Tensor *tensor) const {
    return {{}, tensor->as<Real>(), tensor->count == 1};
  }
  PlacedOperand<Real> operator()(double number) const {
    return {{}, keep(planned.plan, std::vector<Real>{static_cast<Real>(number)}), true};
  }
};

template <class Real>
struct MakeRowStep {
  const Planned &planned;
  const int64_t rows;
  const Place y;

  Made operator()(const UnaryOperation &op) const {
    return std::make_unique<UnaryStep<Real>>(op.function, planned.places.of(op.x), nullptr, y,
                                             op.parameters);
  }
  Made operator()(const BinaryOperation &op) const {
    return std::make_unique<BinaryStep<Real>>(op.function, placed(op.in), y);
  }
  Made operator()(const Choice &op) const {
    return std::make_unique<ChoiceStep<Real>>(placed(op.in), y);
  }
  Made operator()(const Constant &op) const {
    return std::make_unique<ConstantStep<Real>>(op.tensor->as<Real>(), y);
  }
  Made operator()(const Cast &op) const {
    const Place x = planned.places.of(op.x);
    if (kind_of(planned.graph, op.x.value) == Kind::real32)
      return std::make_unique<CastStep<float, Real>>(x, y);
    return std::make_unique<CastStep<double, Real>>(x, y);
  }
  template <class Other>
  Made operator()(const Other &) const {
    return nullptr;  // no group puts one into a chain
  }

  template <size_t n>
  std::array<PlacedOperand<Real>, n> placed(const std::array<Operand, n> &operands) const {
    std::array<PlacedOperand<Real>, n> result;
    for (size_t i = 0; i < n; ++i)
      result[i] = std::visit(MakeOperand<Real>{planned, rows}, operands[i]);
    return result;
  }
};

template <class Real>
Made row_step(const Planned &planned, size_t node) {
  const Node &made = planned.graph.nodes[node];
  return std::visit(MakeRowStep<Real>{planned, made.rows, planned.places.of_result(node)},
                    made.operation);
}

}  // namespace

void add_row_steps(const Planned &planned, size_t first, size_t end, Chain &chain) {
  for (size_t node = first; node < end; ++node)
    chain.push_back(planned.graph.nodes[node].kind == Kind::real32
                        ? row_step<float>(planned, node)
                        : row_step<double>(planned, node));
}

}  // namespace hybrid_builtin
