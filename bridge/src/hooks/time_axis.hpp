// SPDX-License-Identifier: BSD-3-Clause
// The times of a NetCDF file (CF conventions, section 4.4), and which of them a date lies between.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hooks/calendar.hpp"

namespace hyb {

class TimeAxis {
 public:
  // "days since 2000-01-01" in a calendar; `cyclic`: the same every year. Fails with
  // HYB_ERROR_FILE.
  TimeAxis(std::vector<double> times, const std::string &unit, const std::string &calendar,
           bool cyclic, const std::string &where);

  // The places (from 0) of the times before and after, and the weight of the latter.
  struct Between {
    int64_t before = 0, after = 0;
    double weight = 0;
  };

  // Fails with HYB_ERROR_CONFIG if the calendar does not know the date, or the times do not reach
  // it.
  Between at(const std::string &date) const;

 private:
  void read_unit(const std::string &unit);
  void check_order() const;
  void check_year();
  Between at_cyclic(const std::string &date) const;
  double seconds_in_year(const std::string &date) const;
  std::string range() const;

  std::string where_, unit_;
  Calendar calendar_;
  bool cyclic_;
  std::vector<double> given_, times_;  // as in the file; [s] of the calendar
  int64_t year_ = 0;                   // cyclic: of the first time
  double period_ = 0;                  // cyclic: its length [s]
};

}  // namespace hyb
