// SPDX-License-Identifier: BSD-3-Clause
// Which rows of the host's fields a projection works on, grouped by what they have in common.
#pragma once

#include "constraints/projection.hpp"

namespace hyb {

class ProjectionBuilder {
 public:
  ProjectionBuilder(const Projection &projection, const BlockValues &values, ProjectionPlan &plan)
      : projection_(projection), values_(values), plan_(plan) {}

  void build();

 private:
  // A term of a budget that holds the rows of a group.
  struct Entry {
    size_t budget, owner;
    const Term *term;
  };
  // Rows of one species that have the same terms and bounds.
  struct Rows {
    size_t output;
    const FieldValues *field;
    int64_t species;
    Range levels;
  };

  void add_inputs();
  void add_output(size_t output);
  void add_species(Rows rows);
  void add_group(const Rows &rows);
  std::vector<int64_t> cuts(const Rows &rows) const;
  std::vector<Entry> entries(const Rows &rows) const;
  std::vector<const Bounds *> bounds(const Rows &rows) const;
  bool holds(const RowChoice &choice, const Rows &rows) const;

  RowGroup group_of(const Rows &rows, const std::vector<Entry> &entries);
  void add_factors(RowGroup &group, const std::vector<Entry> &entries,
                   const std::vector<Measure> &measures);
  void add_bounds(RowGroup &group, const Rows &rows, const std::vector<const Bounds *> &bounds);

  void add_limits(const Bounds &bounds, const Rows &rows, ProjectionPlan::GroupBounds &limits);
  double *spare_rows(int64_t nrow);

  LaneRows measure_rows(const Term &term, const FieldValues &field, Range levels,
                        size_t constraint);
  LaneRows profile_rows(const Term &term, const Rows &rows, size_t constraint);
  LaneRows by_level(size_t input, const std::string &name, const std::string &where,
                    const FieldValues &field, Range levels, LaneSource like);
  size_t source(const LaneSource &wanted);

  void finish();
  int64_t rows_of(const Budget &budget) const;

  const Projection &projection_;
  const BlockValues &values_;
  ProjectionPlan &plan_;
};

}  // namespace hyb
