// SPDX-License-Identifier: BSD-3-Clause
// A tendency that follows from fluxes at half levels: factor times what stays in a layer, over its
// measure.
#pragma once

#include <string>
#include <vector>

#include "constraints/projection_loops.hpp"
#include "constraints/terms.hpp"

namespace hyb {

class FluxDivergence {
 public:
  struct Flux {
    size_t output;
    std::string name;
    bool upward;
  };

  explicit FluxDivergence(ConstraintReader &reader);

  const std::string &name() const { return name_; }
  size_t tendency() const { return tendency_; }
  const std::string &tendency_name() const { return tendency_name_; }
  const std::vector<Flux> &fluxes() const { return fluxes_; }
  size_t constraint = 0;

  // Marks with `mark` the columns, among those with none, whose tendency would not be finite.
  void check(const BlockValues &values, uint8_t mark, std::vector<uint8_t> &unmet) const;

  // Replaces the tendency of columns without a mark.
  void apply(BlockValues &values, const std::vector<uint8_t> &unmet) const;

 private:
  void read_fluxes(ConstraintReader &reader);
  void check_units(const JsonTable &table, const ValueFields &fields) const;
  void check_shapes(const BlockValues &values) const;

  static constexpr int64_t most_columns = 64;
  using Tile = double[most_columns];
  struct Columns {
    int64_t first, n;
  };
  void find(const BlockValues &values, int64_t level, const Columns &columns, double *kept) const;
  Layer layer(const BlockValues &values, int64_t level, const Columns &columns) const;
  template <class Use>
  void each(const BlockValues &values, const Use &use) const;

  std::string name_, tendency_name_, where_;
  size_t tendency_;
  std::vector<Flux> fluxes_;
  Factor factor_;
  Measure measure_;
};

}  // namespace hyb
