// SPDX-License-Identifier: BSD-3-Clause
// What a kind of bias correction makes of its samples. They are gathered for all kinds alike: the
// predictors first, what was wanted last.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>

#include "hooks/estimates.hpp"
#include "hooks/moments.hpp"

namespace hyb {

class Estimator {
 public:
  virtual ~Estimator() = default;

  virtual void resize(int64_t) {}

  // A batch was merged into the moments of a cell: n samples of this mean, `days` after the last.
  virtual void observe(const Moments &, int64_t /*cell*/, double /*n*/, double /*mean*/,
                       double /*days*/) {}

  // Sets the estimate of a cell, from nothing but the moments and its own state.
  virtual void estimate(const Moments &moments, int64_t cell, Estimates &estimates) const = 0;

  virtual void state(const CellVisitor &) {}

  // What it knows of one cell, for the statistics; numbers by name.
  virtual nlohmann::json describe(const Moments &, int64_t) const {
    return nlohmann::json::object();
  }
};

}  // namespace hyb
