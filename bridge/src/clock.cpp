// SPDX-License-Identifier: BSD-3-Clause
#include "clock.hpp"

#include <cstdio>

namespace hyb {

double Clock::time_of_day() const {
  const size_t separator = date.find_first_of("T ");
  if (separator == std::string::npos) return -1;
  int hours = 0, minutes = 0;
  double seconds = 0;
  const int found =
      std::sscanf(date.c_str() + separator + 1, "%2d:%2d:%lf", &hours, &minutes, &seconds);
  const bool valid = found >= 2 && hours >= 0 && hours <= 24 && minutes >= 0 && minutes < 60 &&
                     seconds >= 0 && seconds < 61;
  return valid ? 3600.0 * hours + 60.0 * minutes + seconds : -1;
}

}  // namespace hyb
