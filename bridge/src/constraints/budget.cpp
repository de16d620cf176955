// SPDX-License-Identifier: BSD-3-Clause
#include "constraints/budget.hpp"

#include <algorithm>
#include <limits>

#include "error.hpp"
#include "text.hpp"

namespace hyb {
namespace {

using nlohmann::json;

void check_term_unit(const JsonTable &table, const Term &term, const std::string &unit) {
  if (term.factor.unit)
    check_unit(table, "the term of " + in_quotes(term.name),
               {*term.factor.unit, term.unit, term.measure.unit}, {unit});
}

void read_terms(ConstraintReader &reader, Budget &budget) {
  for (const json &object : reader.table.list("terms")) {
    const std::string where =
        reader.table.where("terms") + "[" + std::to_string(budget.terms.size()) + "]";
    budget.terms.push_back(read_term(object, where, reader));
    check_term_unit(reader.table, budget.terms.back(), budget.unit);
  }
}

bool may_change(const Term &term) { return term.is_output && term.weight > 0; }

bool same_rows(const Term &a, const Term &b) {
  return a.is_output && b.is_output && a.field == b.field && a.rows.may_meet(b.rows);
}

void check_how(const Budget &budget, const Budget &earlier) {
  for (const Term &term : budget.terms)
    for (const Term &other : earlier.terms)
      if (term.says_how && same_rows(term, other))
        mismatch(term.rows.status,
                 term.rows.where + ": weight and profile of output " + in_quotes(term.name),
                 "only in budget " + in_quotes(earlier.name) + ", the first that holds it",
                 "also in " + in_quotes(budget.name));
}

// factor * measure at one level of a column; NaN where the measure is not above 0.
class Coefficients {
 public:
  Coefficients(const Term &term, const BlockValues &values, const FieldValues &field)
      : term_(term) {
    if (!term.measure.input) return;
    measure_ = &given(values.inputs[*term.measure.input], term.measure.name, term.rows.where);
    check_measure(term, *measure_, field);
  }

  double at(int64_t level, int64_t column) const {
    if (!measure_) return term_.factor.value;
    const double size = term_.measure.thickness
                            ? thickness(level, column)
                            : measure_->row(measure_->nlevel == 1 ? 0 : level)[column];
    return size > 0 ? term_.factor.value * size : std::numeric_limits<double>::quiet_NaN();
  }

 private:
  double thickness(int64_t level, int64_t column) const {
    const double growth = measure_->row(measure_->nlevel - 1)[column] - measure_->row(0)[column];
    const double step = measure_->row(level + 1)[column] - measure_->row(level)[column];
    return growth > 0 ? step : -step;
  }

  const Term &term_;
  const FieldValues *measure_ = nullptr;
};

void add_term(const Term &term, const BlockValues &values, const FieldValues &field, double *sums) {
  const Coefficients coefficients(term, values, field);
  const Range levels = term.rows.levels_of(field, values.bottom_up);
  const Range species = term.rows.species_of(field);
  for (int64_t s = species.begin; s < species.end; ++s)
    for (int64_t l = levels.begin; l < levels.end; ++l) {
      const double *row = field.row(s, l);
      for (int64_t c = 0; c < values.ncol; ++c) sums[c] += coefficients.at(l, c) * row[c];
    }
}

}  // namespace

const FieldValues &given(const FieldValues &field, const std::string &name,
                         const std::string &where) {
  if (!field.data)
    mismatch(HYB_ERROR_FIELD, where + ": field " + in_quotes(name), "a put before run", "none");
  return field;
}

void check_measure(const Term &term, const FieldValues &measure, const FieldValues &field) {
  const bool thickness = term.measure.thickness;
  const int64_t expected = field.nlevel + (thickness ? 1 : 0);
  const bool fits = measure.nlevel == expected || (!thickness && measure.nlevel == 1);
  const std::string what = term.rows.where + ": " + in_quotes(term.measure.name);
  if (!fits)
    mismatch(HYB_ERROR_SHAPE, what + ": levels",
             std::to_string(expected) + ", as " + in_quotes(term.name) + " has " +
                 std::to_string(field.nlevel),
             std::to_string(measure.nlevel));
  if (measure.nspecies != 1)
    mismatch(HYB_ERROR_SHAPE, what + ": species", "none", std::to_string(measure.nspecies));
}

Budget read_budget(ConstraintReader &reader) {
  Budget budget;
  budget.name = reader.table.text("name");
  budget.unit = reader.table.text("unit");
  budget.equals = reader.table.number("equals", 0);
  budget.enforced = reader.table.flag("enforce", true);
  read_terms(reader, budget);
  if (budget.enforced && std::none_of(budget.terms.begin(), budget.terms.end(), may_change))
    mismatch(reader.table.status(), reader.table.where("terms"),
             "an output whose weight is above 0, as the budget is enforced", "none");
  return budget;
}

void check_weights(const std::vector<Budget> &budgets) {
  for (size_t later = 1; later < budgets.size(); ++later)
    for (size_t earlier = 0; earlier < later; ++earlier)
      if (budgets[later].enforced && budgets[earlier].enforced)
        check_how(budgets[later], budgets[earlier]);
}

void add_up(const Budget &budget, const BlockValues &values, double *sums) {
  std::fill(sums, sums + values.ncol, -budget.equals);
  for (const Term &term : budget.terms) {
    const auto &fields = term.is_output ? values.outputs : values.inputs;
    add_term(term, values, given(fields[term.field], term.name, term.rows.where), sums);
  }
}

void add_increments(const Budget &budget, const BlockValues &values,
                    const std::vector<size_t> &outputs, const std::vector<FieldValues> &increments,
                    double *sums) {
  std::fill(sums, sums + values.ncol, 0.0);
  for (const Term &term : budget.terms)
    for (size_t i = 0; i < outputs.size(); ++i)
      if (term.is_output && term.field == outputs[i]) add_term(term, values, increments[i], sums);
}

}  // namespace hyb
