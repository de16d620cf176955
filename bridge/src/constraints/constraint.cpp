// SPDX-License-Identifier: BSD-3-Clause
#include "constraints/constraint.hpp"

#include <algorithm>
#include <array>

#include "constraints/flux_divergence.hpp"
#include "constraints/independence.hpp"
#include "error.hpp"
#include "text.hpp"

namespace hyb {

struct Constraints::Parts {
  std::vector<std::string> names, where;
  std::vector<int32_t> status;
  std::vector<Budget> budgets;  // all of them
  std::vector<BudgetFacts> facts;
  Projection projection;  // the enforced ones, and all bounds
  std::vector<FluxDivergence> divergences;

  void read(const ConstraintSource &source, ValueFields &fields);
  void read_kind(const std::string &kind, ConstraintReader &reader);
  void check(const ValueFields &fields) const;
  void project(BlockValues &values, ConstraintWork &work) const;

 private:
  void add(Budget budget);
  void add(Bounds bounds);
  void add(FluxDivergence divergence);
  void check_name(const JsonTable &table) const;
  void check_count() const;
  void check_derived(const FluxDivergence &divergence) const;
  void check_independence(const ValueFields &fields) const;
  void refuse_derived(size_t constraint, const FluxDivergence &derived) const;
};

// ---- Reading

void Constraints::Parts::read(const ConstraintSource &source, ValueFields &fields) {
  JsonTable table(source.object, source.where, source.status);
  ConstraintReader reader{table, fields, source.flipped};
  where.push_back(source.where);
  status.push_back(source.status);
  read_kind(table.word("kind", {"budget", "bounds", "flux_divergence"}, nullptr), reader);
  table.finish();
  check_name(table);
}

void Constraints::Parts::read_kind(const std::string &kind, ConstraintReader &reader) {
  if (kind == "budget") return add(read_budget(reader));
  if (kind == "bounds") return add(read_bounds(reader));
  add(FluxDivergence(reader));
}

void Constraints::Parts::add(Budget budget) {
  budget.constraint = names.size();
  names.push_back(budget.name);
  facts.push_back({budget.name, budget.unit, budget.constraint, budget.enforced});
  if (budget.enforced) projection.budgets.push_back(budget);
  budgets.push_back(std::move(budget));
}

void Constraints::Parts::add(Bounds bounds) {
  bounds.constraint = names.size();
  names.push_back(bounds.name);
  projection.bounds.push_back(std::move(bounds));
}

void Constraints::Parts::add(FluxDivergence divergence) {
  divergence.constraint = names.size();
  names.push_back(divergence.name());
  divergences.push_back(std::move(divergence));
}

void Constraints::Parts::check_name(const JsonTable &table) const {
  if (std::count(names.begin(), names.end(), names.back()) > 1)
    mismatch(table.status(), table.where("name"), "another name for each constraint",
             in_quotes(names.back()) + " twice");
}

// ---- Constraints beside each other

void Constraints::Parts::check(const ValueFields &fields) const {
  check_count();
  check_weights(projection.budgets);
  for (const FluxDivergence &divergence : divergences) check_derived(divergence);
  check_independence(fields);
}

void Constraints::Parts::check_count() const {
  constexpr size_t most = 128;  // marks are bytes
  if (names.size() > most)
    mismatch(status.back(), where.back() + ": constraints of a scheme",
             "at most " + std::to_string(most), std::to_string(names.size()));
  const size_t found = projection.budgets.size(), limit = static_cast<size_t>(most_budgets);
  if (found > limit)
    mismatch(status.back(), where.back() + ": budgets that are enforced",
             "at most " + std::to_string(limit), std::to_string(found));
}

void Constraints::Parts::refuse_derived(size_t constraint, const FluxDivergence &derived) const {
  mismatch(status[constraint], where[constraint] + ": " + in_quotes(names[constraint]),
           "outputs that " + in_quotes(derived.name()) + " does not make (its fluxes, say)",
           in_quotes(derived.tendency_name()));
}

// What follows from fluxes is made last and changed by nothing else.
void Constraints::Parts::check_derived(const FluxDivergence &divergence) const {
  const size_t made = divergence.tendency();
  for (const Budget &budget : projection.budgets)
    for (const Term &term : budget.terms)
      if (term.is_output && term.field == made) refuse_derived(budget.constraint, divergence);
  for (const Bounds &bounds : projection.bounds)
    if (bounds.output == made) refuse_derived(bounds.constraint, divergence);
  for (const FluxDivergence &other : divergences) {
    const bool twice = other.tendency() == made && other.constraint != divergence.constraint;
    for (const FluxDivergence::Flux &flux : other.fluxes())
      if (twice || flux.output == made) refuse_derived(other.constraint, divergence);
  }
}

void Constraints::Parts::check_independence(const ValueFields &fields) const {
  const Budget *budget = nullptr;
  try {
    budget = dependent_budget(projection, fields);
  } catch (const Error &error) {  // fields that would need two shapes
    fail(status.front(), error.what());
  }
  if (!budget) return;
  std::vector<std::string> before;
  for (const Budget &one : projection.budgets)
    if (one.constraint < budget->constraint) before.push_back(one.name);
  mismatch(
      status[budget->constraint], where[budget->constraint] + ": budget " + in_quotes(budget->name),
      "outputs that may change, and terms that are no combination of those of budgets before it" +
          (before.empty() ? std::string() : " (" + listed(before) + ")"),
      "one that cannot be closed beside them");
}

Constraints::Constraints(const std::vector<ConstraintSource> &sources, ValueFields &fields)
    : parts_(std::make_unique<Parts>()) {
  for (const ConstraintSource &source : sources) parts_->read(source, fields);
  if (!sources.empty()) parts_->check(fields);
}

Constraints::~Constraints() = default;
Constraints::Constraints(Constraints &&) noexcept = default;

const std::vector<std::string> &Constraints::names() const { return parts_->names; }

const std::vector<Constraints::BudgetFacts> &Constraints::budgets() const { return parts_->facts; }

// ---- Blocks

// For constraints and fields of certain shapes.
struct ConstraintWork::Plan {
  Plan(const void *constraints, const Projection &projection, const BlockValues &values)
      : of(constraints), bottom_up(values.bottom_up), plan(projection, values) {
    for (const auto *fields : {&values.inputs, &values.outputs})
      for (const FieldValues &field : *fields) shapes.push_back(shape(field));
  }

  static std::array<int64_t, 3> shape(const FieldValues &field) {
    return {field.data != nullptr, field.nlevel, field.nspecies};
  }

  bool fits(const void *constraints, const BlockValues &values) const {
    const size_t n = values.inputs.size();
    if (of != constraints || bottom_up != values.bottom_up ||
        shapes.size() != n + values.outputs.size())
      return false;
    for (size_t i = 0; i < shapes.size(); ++i)
      if (shapes[i] != shape(i < n ? values.inputs[i] : values.outputs[i - n])) return false;
    return true;
  }

  const void *of;
  bool bottom_up;
  std::vector<std::array<int64_t, 3>> shapes;
  ProjectionPlan plan;
  std::vector<double> imbalance;  // of enforced budgets
};

ConstraintWork::ConstraintWork() = default;
ConstraintWork::~ConstraintWork() = default;
ConstraintWork::ConstraintWork(ConstraintWork &&) noexcept = default;
ConstraintWork &ConstraintWork::operator=(ConstraintWork &&) noexcept = default;

void Constraints::apply(BlockValues &values, ConstraintWork &work) const {
  const auto ncol = static_cast<size_t>(values.ncol);
  work.unmet.assign(ncol, 0);
  work.imbalance.resize(parts_->budgets.size() * ncol);
  if (ncol == 0) return;
  if (!work.plan || !work.plan->fits(parts_.get(), values))
    work.plan = std::make_unique<ConstraintWork::Plan>(parts_.get(), parts_->projection, values);
  for (const FluxDivergence &divergence : parts_->divergences)
    divergence.check(values, static_cast<uint8_t>(1 + divergence.constraint), work.unmet);
  parts_->project(values, work);
  for (const FluxDivergence &divergence : parts_->divergences) divergence.apply(values, work.unmet);
}

// Imbalances are those before, also of budgets that are not enforced.
void Constraints::Parts::project(BlockValues &values, ConstraintWork &work) const {
  const auto ncol = static_cast<size_t>(values.ncol);
  for (size_t b = 0; b < budgets.size(); ++b)
    if (!budgets[b].enforced) add_up(budgets[b], values, work.imbalance.data() + b * ncol);
  std::vector<double> &found = work.plan->imbalance;
  found.resize(projection.budgets.size() * ncol);
  work.plan->plan.run(values, found.data(), work.unmet);
  const double *from = found.data();
  for (size_t b = 0; b < budgets.size(); ++b)
    if (budgets[b].enforced)
      std::copy_n(from, ncol, work.imbalance.data() + b * ncol), from += ncol;
}

void Constraints::added(size_t budget, const BlockValues &values,
                        const std::vector<size_t> &outputs,
                        const std::vector<FieldValues> &increments,
                        std::vector<double> &sums) const {
  sums.resize(static_cast<size_t>(values.ncol));
  add_increments(parts_->budgets[budget], values, outputs, increments, sums.data());
}

}  // namespace hyb
