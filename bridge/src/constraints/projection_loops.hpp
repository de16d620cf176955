// SPDX-License-Identifier: BSD-3-Clause
// The projection of some columns side by side: one source, compiled for several instruction sets.
// Bits do not depend on which. Only plain data, as nothing of the standard library may be compiled
// for one CPU only.
//
// Minimises, column by column, the sum over rows of (y - x)^2 / W subject to A y = b and bounds of
// y (Beucler et al. 2021, doi:10.1103/PhysRevLett.126.098302, is the case without bounds). Where
// the multipliers L of the budgets are known, y is x + W A' L brought within its bounds, so that
// only as many numbers as there are budgets are sought: those that close them (Newton's method on
// the dual).
#pragma once

#include <cstdint>

namespace hyb {

constexpr int64_t lanes = 8;  // columns side by side; every row below is [lane]
constexpr int64_t most_budgets = 16;
constexpr int64_t most_measures = 4;

// A row for each row of a group, `step` apart: 0 where one serves all.
struct LaneRows {
  const double *data;
  int64_t step;
};

// Of a row, or of what a state becomes by it in a time step.
struct RowLimit {
  LaneRows state;  // 0 where there is none
  bool in_step;    // whether there is one
  double value;
  double margin;  // relative: lets the host find the limit kept after its own rounding
  int side;       // 1: not below the value, -1: not above it
};

// Rows of one output that are in the same budgets and have the same bounds. The coefficient of a
// row in a budget is the sum over measures of factor times measure; W = weight * profile /
// (measure[0] P), P being the sum of profile * measure[0] over the rows that share a `owner`.
struct RowGroup {
  LaneRows from;  // what x is taken from
  double *x, *y;
  int64_t y_step;
  double *start;         // another x to begin with, where the search needs one
  uint8_t mark;          // 1 + a constraint that cannot be met if x is not finite
  int64_t nrow;
  LaneRows measure[most_measures];
  int64_t nmeasure;
  LaneRows profile;
  double weight;  // 0: budgets do not change it
  int64_t owner;
  const double *factor;  // [budget][measure]
  bool bounded;
  LaneRows least, most;  // of y, where it is bounded; infinite where it is not on that side
};

struct ProjectionProblem {
  const RowGroup *groups;
  int64_t ngroup, nbudget, nowner;
  const uint8_t *mark;  // by budget: 1 + its constraint
  bool bounded;
  const double
      *tolerance;  // by budget: largest residual of one that is closed, relative to its terms
  double *memory;  // projection_memory() doubles, 64-byte aligned
};

// How much memory for sums and weights a problem needs.
constexpr int64_t projection_memory(int64_t ngroup, int64_t nowner) {
  constexpr int64_t sums = 2 * most_measures + most_measures * (most_measures + 1) / 2;
  return (ngroup * (sums + 1) + nowner) * lanes;
}

// What is known of the columns beforehand, [budget][lane], and which are to be left alone.
struct ProjectionTask {
  const double *target;  // what A y has to be
  const double *terms;   // sum of the absolute terms that it was made of
  uint8_t *idle;         // by lane; set where x is not finite
};

struct ProjectionResult {
  double *imbalance;  // [budget][lane]: A x - b before
  uint8_t *unmet;     // by lane: 1 + a constraint that cannot be met, unchanged where all are
};

enum class Feed { plain, size, thickness };  // as it is, absolute, or difference of neighbours

// Some columns of one layer: its measure, or what lies at the half levels around it and at both
// ends of the column.
struct Layer {
  const double *measure;  // null: the difference of the half levels, whichever way they grow
  const double *half, *next_half, *first_half, *last_half;
};

struct ProjectionLoops {
  const char *name;

  // Takes nrow rows of `n` columns, `ld` apart, to rows of lanes; of `thickness` one more is read.
  // Returns whether a lane holds what is not finite or, of thickness and of what is to be `positive`,
  // not above 0; then `bad` says which.
  bool (*gather)(const double *from, int64_t ld, int64_t nrow, int64_t n, Feed feed, bool positive,
                 double *to, uint8_t *bad);

  // Adds to sum (and to `terms` the absolute values) factor * measure * row.
  void (*integrate)(const double *rows, int64_t nrow, LaneRows measure, double factor, double *sum,
                    double *terms);

  // Leaves in `bounds` what keeps state + dt y above (side 1) or below (side -1) the limit's value,
  // where that is tighter than what is there already or the limit is the first one.
  void (*tighten)(const RowLimit &limit, int64_t nrow, double dt, bool first, double *bounds);

  // Returns whether in a lane no value lies within some bounds; then `bad` says in which.
  bool (*check_bounds)(const RowGroup &group, uint8_t *bad);

  // Takes x, and leaves in y of every group its projection, in lanes that are neither idle nor
  // unmet, and x elsewhere. What is equal keeps its bits, the sign of a zero too. False where there
  // is nothing to be changed; y is then left alone.
  bool (*project)(const ProjectionProblem &problem, const ProjectionTask &task,
                  const ProjectionResult &result);

  // ---- Of fluxes: over columns as they are

  // Adds from - to.
  void (*add_difference)(const double *from, const double *to, int64_t n, double *sum);

  // Takes values times the factor over the measure; NaN where that is not above 0.
  void (*divide)(const Layer &layer, double factor, int64_t n, double *values);
};

// Those that this CPU can run, the plain ones first, the best last; ends with null.
const ProjectionLoops *const *usable_projection_loops();

const ProjectionLoops &projection_loops();

}  // namespace hyb
