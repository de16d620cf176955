// SPDX-License-Identifier: BSD-3-Clause
// Noise that remembers: in each row of each column an Ornstein-Uhlenbeck process, seen once a step.
// That is the first-order autoregression x' = phi x + sqrt(1 - phi^2) e, phi = exp(-dt / time),
// exact for steps of any length (Gillespie 1996, doi:10.1103/PhysRevE.54.2084).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "clock.hpp"
#include "grid.hpp"
#include "noise/drawing.hpp"
#include "state.hpp"

namespace hyb {

class CorrelatedNoise {
 public:
  // `time` in s. The grid outlives it and is known. `name` for messages and restarts.
  CorrelatedNoise(std::string name, const NumberSource &source, double time, int64_t nrow,
                  const Grid &grid);

  // Opens a step; the first one draws from the stationary distribution. A step that is opened again
  // has the noise that it had. Fails if dt is no time.
  void step(const Clock &clock);

  void state(State &state);

  // [row][column of the domain]
  const double *values() const { return values_.data(); }

 private:
  template <class Body>
  void draw_all(int64_t step, Body &&body) const;
  void advance(int64_t step);
  void check() const;

  std::string name_;
  NumberSource source_;
  double time_;
  int64_t nrow_;
  const Grid &grid_;
  std::vector<double> values_;
  bool begun_ = false;
  int64_t step_ = 0;
  double dt_ = 0;  // of that step [s]
};

}  // namespace hyb
