// SPDX-License-Identifier: BSD-3-Clause
#include "constraints/independence.hpp"

#include <algorithm>
#include <random>

namespace hyb {
namespace {

// One column of fields with as many levels and species as the terms speak of.
class MadeUp {
 public:
  MadeUp(const Projection &projection, const ValueFields &fields) {
    values_.inputs.resize(fields.inputs.size());
    values_.outputs.resize(fields.outputs.size());
    for (FieldValues &field : values_.inputs) field.nlevel = 0;
    for (const Budget &budget : projection.budgets)
      for (const Term &term : budget.terms) count(term);
    for (FieldValues &field : values_.inputs) field.nlevel += nlevel_;
    for (FieldValues &field : values_.outputs) field = {nullptr, nlevel_, nspecies_};
    for (auto *fields_of : {&values_.inputs, &values_.outputs})
      for (FieldValues &field : *fields_of) fill(field);
    values_.ncol = 1;
    values_.rejected.assign(1, 0);
  }

  BlockValues &values() { return values_; }

  double number() { return std::uniform_real_distribution<double>(0.5, 1)(random_); }

 private:
  // The levels of an input count from those of an output here.
  void count(const Term &term) {
    nlevel_ = std::max(nlevel_, term.rows.last_level + 1);
    nspecies_ = std::max(nspecies_, term.rows.species + 1);
    if (term.measure.thickness) values_.inputs[*term.measure.input].nlevel = 1;
    if (term.is_output) return;
    FieldValues &field = values_.inputs[term.field];
    field.nspecies = std::max(field.nspecies, term.rows.species);
  }

  // Values that grow from level to level, as those at half levels do.
  void fill(FieldValues &field) {
    field.ncol = 1;
    std::vector<double> data(static_cast<size_t>(field.nrow()));
    for (size_t i = 0; i < data.size(); ++i) data[i] = static_cast<double>(i) + number();
    memory_.push_back(std::move(data));
    field.data = memory_.back().data();
  }

  int64_t nlevel_ = 2, nspecies_ = 2;
  BlockValues values_;
  std::vector<std::vector<double>> memory_;
  std::mt19937_64 random_;
};

}  // namespace

const Budget *dependent_budget(const Projection &projection, const ValueFields &fields) {
  if (projection.budgets.empty()) return nullptr;
  MadeUp column(projection, fields);
  Projection asked{projection.budgets, {}};
  for (size_t k = 0; k < asked.budgets.size(); ++k) {
    asked.budgets[k].equals = column.number();
    asked.budgets[k].constraint = k;
  }
  std::vector<double> imbalance(asked.budgets.size());
  std::vector<uint8_t> unmet(1);
  ProjectionPlan(asked, column.values()).run(column.values(), imbalance.data(), unmet);
  return unmet[0] ? &projection.budgets[unmet[0] - 1u] : nullptr;
}

}  // namespace hyb
