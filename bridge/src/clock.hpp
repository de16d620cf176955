// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>

namespace hyb {

// The time step that is open.
struct Clock {
  int64_t step = 0;
  std::string date;    // ISO 8601 in the model's calendar, "" if the host gives none
  double dt = 0;       // [s]
  double elapsed = 0;  // model time from the start of the run to this step, over restarts [s]

  double end() const { return elapsed + dt; }

  // Seconds since midnight by the date; below 0 if it has no time of day.
  double time_of_day() const;
};

}  // namespace hyb
