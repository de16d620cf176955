// SPDX-License-Identifier: BSD-3-Clause
// A minimum, a maximum or both of an output, or of what a state becomes by it in a time step.
#pragma once

#include <optional>
#include <string>

#include "constraints/terms.hpp"

namespace hyb {

struct Bounds {
  std::string name, output_name;
  size_t output = 0;
  RowChoice rows;
  std::optional<double> least, most;
  std::optional<size_t> state;  // an input: state + dt * output is bounded
  std::string state_name;
  size_t constraint = 0;
};

Bounds read_bounds(ConstraintReader &reader);

}  // namespace hyb
