// SPDX-License-Identifier: BSD-3-Clause
// All enforced budgets and all bounds of a scheme, met together.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "buffer.hpp"
#include "constraints/bounds.hpp"
#include "constraints/budget.hpp"
#include "constraints/projection_loops.hpp"

namespace hyb {

struct Projection {
  std::vector<Budget> budgets;  // enforced ones
  std::vector<Bounds> bounds;

  bool empty() const { return budgets.empty() && bounds.empty(); }
};

// Rows of a host's field that are wanted as rows of lanes.
struct LaneSource {
  bool is_output;
  size_t field;
  int64_t first_row, nrow;
  Feed feed;
  bool positive;      // a value that is not above 0, or not finite, cannot be worked with,
  size_t constraint;  // and this constraint not be met

  bool operator==(const LaneSource &other) const {
    return is_output == other.is_output && field == other.field && first_row == other.first_row &&
           nrow == other.nrow && feed == other.feed && positive == other.positive;
  }
};

// A projection for fields of certain shapes. Belongs to one call, whose columns it takes in turn.
class ProjectionPlan {
 public:
  // Fails with HYB_ERROR_SHAPE or HYB_ERROR_FIELD where the fields of `values` do not fit.
  ProjectionPlan(const Projection &projection, const BlockValues &values);

  ProjectionPlan(const ProjectionPlan &) = delete;
  ProjectionPlan &operator=(const ProjectionPlan &) = delete;

  // Leaves columns alone that are rejected or marked already. `imbalance` is [budget][column].
  void run(BlockValues &values, double *imbalance, std::vector<uint8_t> &unmet);

 private:
  friend class ProjectionBuilder;
  struct Chunk;

  // An input's part in a budget.
  struct Part {
    size_t budget, source;
    LaneRows measure;
    double factor;
  };

  // Where the rows of a group lie, and memory for them by lanes.
  struct Place {
    size_t output;
    int64_t first_row;
    double *x, *y;  // y: of blocks with fewer columns than lanes
  };

  // The tightest limits of a group on each side, as rows of lanes.
  struct GroupBounds {
    size_t group, constraint;
    std::vector<RowLimit> least_limits, most_limits;
    double *least, *most;  // null where there are none
  };

  double *rows(size_t source) const { return static_cast<double *>(memory_[source].data()); }
  void load_sources(const BlockValues &values, Chunk &chunk);
  void load_bounds(double dt, Chunk &chunk);
  bool solve(Chunk &chunk);
  void tell(const Chunk &chunk, int64_t ncol, double *imbalance, std::vector<uint8_t> &unmet) const;
  void place_groups(const BlockValues &values, const Chunk &chunk);
  void store_results(const BlockValues &values, const Chunk &chunk) const;
  bool open(const BlockValues &values, const std::vector<uint8_t> &unmet, Chunk &chunk) const;

  std::vector<uint8_t> marks_;  // of budgets: 1 + the constraint
  std::vector<double> equals_, tolerance_;
  size_t state_constraint_ = SIZE_MAX;  // one that needs a time step
  std::vector<LaneSource> sources_;
  std::vector<Buffer> memory_, other_memory_;  // of each source; of results and bounds
  std::vector<Part> parts_;
  std::vector<RowGroup> groups_;
  std::vector<Place> places_;  // of groups
  std::vector<std::vector<double>> factors_;
  std::vector<GroupBounds> bounds_;
  Buffer sums_;
  ProjectionProblem problem_{};
};

}  // namespace hyb
