// SPDX-License-Identifier: BSD-3-Clause
// The calendars of the CF conventions (section 4.4.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace hyb {

struct Date {
  int64_t year = 0;
  int month = 1, day = 1;
  double seconds = 0;  // of the day
};

// From "2000-01-31" or "2000-01-31T06:00:00"; nothing if it is no date of any calendar.
std::optional<Date> parsed_date(const std::string &text);

class Calendar {
 public:
  // By its CF name, "" for the standard one. `where` is that of messages (HYB_ERROR_FILE).
  Calendar(const std::string &name, const std::string &where);

  const std::string &name() const { return name_; }

  // From a text; fails with `status` if it is no date of this calendar.
  Date date(const std::string &text, int32_t status, const std::string &where) const;

  int days_of_month(int64_t year, int month) const;
  // Since a day of its own [s].
  double seconds(const Date &date) const;
  int64_t year_of(double seconds) const;

 private:
  enum class Kind { standard, gregorian, julian, noleap, all_leap, days_360 };

  bool leap(int64_t year) const;
  int64_t day_number(const Date &date) const;

  std::string name_;
  Kind kind_;
};

}  // namespace hyb
