// SPDX-License-Identifier: BSD-3-Clause
// A linear budget of a column: the sum of its terms is a number.
#pragma once

#include <string>
#include <vector>

#include "constraints/terms.hpp"

namespace hyb {

struct Budget {
  std::string name, unit;
  std::vector<Term> terms;
  double equals = 0;  // [unit]
  bool enforced = true;
  size_t constraint = 0;  // its place among the constraints of the scheme
};

Budget read_budget(ConstraintReader &reader);

// Fails where an output is told how to change by another budget than the first enforced one with
// it.
void check_weights(const std::vector<Budget> &budgets);

// By column: the sum of the terms minus what it has to be. NaN where a measure is not above 0.
void add_up(const Budget &budget, const BlockValues &values, double *sums);

// By column: what increments of some outputs add.
void add_increments(const Budget &budget, const BlockValues &values,
                    const std::vector<size_t> &outputs, const std::vector<FieldValues> &increments,
                    double *sums);

// The field's values, or a failure if the call has none.
const FieldValues &given(const FieldValues &field, const std::string &name,
                         const std::string &where);

// Fails unless the term's measure has the levels that its field asks for.
void check_measure(const Term &term, const FieldValues &measure, const FieldValues &field);

}  // namespace hyb
