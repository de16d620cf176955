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

// Adds factor * measure * row to sums, by column; NaN where the measure is not above 0.
class Adding {
 public:
  Adding(const Term &term, const BlockValues &values, const FieldValues &field)
      : factor_(term.factor.value), thickness_(term.measure.thickness), ncol_(values.ncol) {
    if (!term.measure.input) return;
    measure_ = &given(values.inputs[*term.measure.input], term.measure.name, term.rows.where);
    check_measure(term, *measure_, field);
  }

  void add(const double *row, int64_t level, double *sums) const {
    if (!measure_) return add_each(row, sums, [](int64_t) { return 1.0; });
    const double *here = measure_->row(measure_->nlevel == 1 ? 0 : level), *next = here + ncol_;
    if (!thickness_) return add_each(row, sums, [=](int64_t c) { return here[c]; });
    const double *first = measure_->row(0), *last = measure_->row(measure_->nlevel - 1);
    add_each(row, sums,
             [=](int64_t c) { return last[c] > first[c] ? next[c] - here[c] : here[c] - next[c]; });
  }

 private:
  template <class Size>
  void add_each(const double *row, double *sums, const Size &size_of) const {
    for (int64_t c = 0; c < ncol_; ++c) {
      const double size = size_of(c);
      const double usable = size > 0 ? size : std::numeric_limits<double>::quiet_NaN();
      sums[c] += factor_ * usable * row[c];
    }
  }

  double factor_;
  bool thickness_;
  int64_t ncol_;
  const FieldValues *measure_ = nullptr;
};

void add_term(const Term &term, const BlockValues &values, const FieldValues &field, double *sums) {
  const Adding adding(term, values, field);
  const Range levels = term.rows.levels_of(field, values.bottom_up);
  const Range species = term.rows.species_of(field);
  for (int64_t s = species.begin; s < species.end; ++s)
    for (int64_t l = levels.begin; l < levels.end; ++l) adding.add(field.row(s, l), l, sums);
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
