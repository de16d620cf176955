// SPDX-License-Identifier: BSD-3-Clause
#include "constraints/projection.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "constraints/projection_builder.hpp"

namespace hyb {

// Columns that are solved side by side.
struct ProjectionPlan::Chunk {
  int64_t first, n, done;  // done: of its lanes, by the one before
  alignas(Buffer::alignment) double target[most_budgets * lanes], terms[most_budgets * lanes],
      imbalance[most_budgets * lanes];
  uint8_t idle[lanes];   // done, beyond the block, or not to be touched
  uint8_t unmet[lanes];  // 1 + a constraint

  void mark(const uint8_t *bad, size_t constraint) {
    for (int64_t i = 0; i < lanes; ++i)
      if (bad[i] && !idle[i]) {
        unmet[i] = static_cast<uint8_t>(1 + constraint);
        idle[i] = 1;
      }
  }
};

ProjectionPlan::ProjectionPlan(const Projection &projection, const BlockValues &values) {
  ProjectionBuilder(projection, values, *this).build();
}

bool ProjectionPlan::open(const BlockValues &values, const std::vector<uint8_t> &unmet,
                          Chunk &chunk) const {
  bool any = false;
  for (int64_t i = 0; i < lanes; ++i) {
    const auto column = static_cast<size_t>(chunk.first + i);
    chunk.idle[i] = i < chunk.done || i >= chunk.n || values.rejected[column] || unmet[column];
    chunk.unmet[i] = 0;
    any |= !chunk.idle[i];
  }
  return any;
}

void ProjectionPlan::load_sources(const BlockValues &values, Chunk &chunk) {
  const ProjectionLoops &loops = projection_loops();
  for (size_t s = 0; s < sources_.size(); ++s) {
    const LaneSource &one = sources_[s];
    const FieldValues &field = (one.is_output ? values.outputs : values.inputs)[one.field];
    uint8_t bad[lanes];
    const double *from = field.row(one.first_row) + chunk.first;
    if (loops.gather(from, field.ncol, one.nrow, chunk.n, one.feed, one.positive, rows(s), bad))
      chunk.mark(bad, one.constraint);
  }
}

void ProjectionPlan::load_bounds(double dt, Chunk &chunk) {
  for (const GroupBounds &bounds : bounds_) {
    const RowGroup &group = groups_[bounds.group];
    for (const RowLimit &limit : bounds.least_limits)
      projection_loops().tighten(limit, group.nrow, dt, &limit == bounds.least_limits.data(),
                                 bounds.least);
    for (const RowLimit &limit : bounds.most_limits)
      projection_loops().tighten(limit, group.nrow, dt, &limit == bounds.most_limits.data(),
                                 bounds.most);
    uint8_t bad[lanes];
    if (bounds.least && bounds.most && projection_loops().check_bounds(group, bad))
      chunk.mark(bad, bounds.constraint);
  }
}

bool ProjectionPlan::solve(Chunk &chunk) {
  for (size_t k = 0; k < equals_.size(); ++k) {
    std::fill_n(chunk.target + k * lanes, lanes, equals_[k]);
    std::fill_n(chunk.terms + k * lanes, lanes, std::fabs(equals_[k]));
  }
  for (const Part &part : parts_)
    projection_loops().integrate(rows(part.source), sources_[part.source].nrow, part.measure,
                                 -part.factor, chunk.target + part.budget * lanes,
                                 chunk.terms + part.budget * lanes);
  return projection_loops().project(problem_, {chunk.target, chunk.terms, chunk.idle},
                                    {chunk.imbalance, chunk.unmet});
}

// Groups read and write the fields themselves where columns are as many as lanes.
void ProjectionPlan::place_groups(const BlockValues &values, const Chunk &chunk) {
  for (size_t g = 0; g < groups_.size(); ++g) {
    const Place &place = places_[g];
    const FieldValues &field = values.outputs[place.output];
    double *const rows = field.row(place.first_row) + chunk.first;
    RowGroup &group = groups_[g];
    group.from = {rows, field.ncol};
    group.y = rows;
    group.y_step = field.ncol;
    if (chunk.n == lanes) continue;
    uint8_t bad[lanes];  // found again in x
    projection_loops().gather(rows, field.ncol, group.nrow, chunk.n, Feed::plain, false, place.x,
                              bad);
    group.from = {place.x, lanes};
    group.y = place.y;
    group.y_step = lanes;
  }
}

void ProjectionPlan::store_results(const BlockValues &values, const Chunk &chunk) const {
  for (size_t g = 0; g < groups_.size() && chunk.n < lanes; ++g) {
    const Place &place = places_[g];
    const FieldValues &field = values.outputs[place.output];
    for (int64_t i = 0; i < groups_[g].nrow; ++i)
      std::copy_n(place.y + i * lanes, chunk.n, field.row(place.first_row + i));
  }
}

void ProjectionPlan::tell(const Chunk &chunk, int64_t ncol, double *imbalance,
                          std::vector<uint8_t> &unmet) const {
  for (int64_t i = 0; i < chunk.n; ++i) {
    const int64_t column = chunk.first + i;
    if (chunk.unmet[i]) unmet[static_cast<size_t>(column)] = chunk.unmet[i];
    for (int64_t k = 0; k < problem_.nbudget && !chunk.idle[i]; ++k)
      imbalance[k * ncol + column] = chunk.imbalance[k * lanes + i];
  }
}

void ProjectionPlan::run(BlockValues &values, double *imbalance, std::vector<uint8_t> &unmet) {
  std::fill_n(imbalance, problem_.nbudget * values.ncol, std::numeric_limits<double>::quiet_NaN());
  const double dt = values.clock ? values.clock->dt : 0;
  if (state_constraint_ != SIZE_MAX && !(dt > 0 && std::isfinite(dt)))
    for (uint8_t &mark : unmet) mark = mark ? mark : static_cast<uint8_t>(1 + state_constraint_);
  Chunk chunk;
  chunk.n = std::min(lanes, values.ncol);
  for (int64_t next = 0; next < values.ncol; next += lanes) {
    chunk.first = std::min(next, values.ncol - chunk.n);
    chunk.done = next - chunk.first;
    if (!open(values, unmet, chunk)) continue;
    place_groups(values, chunk);
    load_sources(values, chunk);
    load_bounds(dt, chunk);
    if (solve(chunk)) store_results(values, chunk);
    tell(chunk, values.ncol, imbalance, unmet);
  }
}

}  // namespace hyb
