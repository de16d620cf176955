// SPDX-License-Identifier: BSD-3-Clause
#include "hooks/calendar.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <map>

#include "error.hpp"
#include "text.hpp"

namespace hyb {
namespace {

constexpr std::array<int, 12> month_days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
// Beyond it days could not be told from seconds.
constexpr int64_t most_years = 1000000;

int64_t floor_divided(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

// Days from 1 March of year 0 to the date, with a leap day every fourth year.
int64_t julian_days(int64_t year, int month, int day) {
  const int64_t from_march = (month + 9) % 12, y = month > 2 ? year : year - 1;
  return 365 * y + floor_divided(y, 4) + (153 * from_march + 2) / 5 + day - 1;
}

// The same in the reformed calendar, whose 1 March 0 is two days after that.
int64_t gregorian_days(int64_t year, int month, int day) {
  const int64_t y = month > 2 ? year : year - 1;
  return julian_days(year, month, day) - floor_divided(y, 100) + floor_divided(y, 400) + 2;
}

// From "06:00" or "06:00:00.5", with or without a Z.
std::optional<double> parsed_time(std::string text) {
  if (!text.empty() && text.back() == 'Z') text.pop_back();
  int hours = 0, minutes = 0, end = 0;
  if (std::sscanf(text.c_str(), "%2d:%2d%n", &hours, &minutes, &end) != 2) return std::nullopt;
  double seconds = 0;
  const std::string rest = text.substr(static_cast<size_t>(end));
  end = 0;
  if (!rest.empty() && (std::sscanf(rest.c_str(), ":%lf%n", &seconds, &end) != 1 ||
                        static_cast<size_t>(end) != rest.size()))
    return std::nullopt;
  const bool known = hours >= 0 && hours <= 24 && minutes >= 0 && minutes < 60 && seconds >= 0 &&
                     seconds < 61;
  return known ? std::optional<double>(3600.0 * hours + 60.0 * minutes + seconds) : std::nullopt;
}

bool reformed(const Date &date) {
  if (date.year != 1582) return date.year > 1582;
  return date.month > 10 || (date.month == 10 && date.day >= 15);
}

}  // namespace

std::optional<Date> parsed_date(const std::string &text) {
  Date date;
  long long year = 0;
  int end = 0;
  if (std::sscanf(text.c_str(), "%lld-%2d-%2d%n", &year, &date.month, &date.day, &end) != 3)
    return std::nullopt;
  date.year = year;
  const bool known = year >= -most_years && year <= most_years && date.month >= 1 &&
                     date.month <= 12 && date.day >= 1 && date.day <= 31;
  if (!known) return std::nullopt;
  if (static_cast<size_t>(end) == text.size()) return date;
  if (text[end] != 'T' && text[end] != ' ') return std::nullopt;
  const std::optional<double> seconds = parsed_time(text.substr(static_cast<size_t>(end) + 1));
  if (!seconds) return std::nullopt;
  date.seconds = *seconds;
  return date;
}

Calendar::Calendar(const std::string &name, const std::string &where) : name_(name) {
  static const std::map<std::string, Kind> kinds = {
      {"standard", Kind::standard},   {"gregorian", Kind::standard},
      {"", Kind::standard},           {"proleptic_gregorian", Kind::gregorian},
      {"julian", Kind::julian},       {"noleap", Kind::noleap},
      {"365_day", Kind::noleap},      {"all_leap", Kind::all_leap},
      {"366_day", Kind::all_leap},    {"360_day", Kind::days_360}};
  if (name_.empty()) name_ = "standard";
  const auto found = kinds.find(name_);
  if (found == kinds.end())
    mismatch(HYB_ERROR_FILE, where + ": calendar", "one of CF", in_quotes(name_));
  kind_ = found->second;
}

bool Calendar::leap(int64_t year) const {
  const bool fourth = year % 4 == 0, dropped = year % 100 == 0 && year % 400 != 0;
  switch (kind_) {
    case Kind::standard: return fourth && !(dropped && year > 1582);
    case Kind::gregorian: return fourth && !dropped;
    case Kind::julian: return fourth;
    case Kind::all_leap: return true;
    default: return false;
  }
}

int Calendar::days_of_month(int64_t year, int month) const {
  if (kind_ == Kind::days_360) return 30;
  return month_days[static_cast<size_t>(month - 1)] + (month == 2 && leap(year));
}

int64_t Calendar::day_number(const Date &date) const {
  switch (kind_) {
    case Kind::julian: return julian_days(date.year, date.month, date.day);
    case Kind::gregorian: return gregorian_days(date.year, date.month, date.day);
    case Kind::standard:
      return (reformed(date) ? gregorian_days : julian_days)(date.year, date.month, date.day);
    default: break;
  }
  int64_t days = 0;
  for (int month = 1; month < date.month; ++month) days += days_of_month(date.year, month);
  const int64_t year = kind_ == Kind::days_360 ? 360 : kind_ == Kind::all_leap ? 366 : 365;
  return date.year * year + days + date.day - 1;
}

double Calendar::seconds(const Date &date) const {
  return static_cast<double>(day_number(date)) * 86400 + date.seconds;
}

int64_t Calendar::year_of(double seconds) const {
  int64_t year = static_cast<int64_t>(std::floor(seconds / (366.0 * 86400))) - 1;
  if (seconds > 0) year = static_cast<int64_t>(seconds / (366.0 * 86400));
  while (this->seconds({year + 1, 1, 1, 0}) <= seconds) ++year;
  while (this->seconds({year, 1, 1, 0}) > seconds) --year;
  return year;
}

Date Calendar::date(const std::string &text, int32_t status, const std::string &where) const {
  const std::optional<Date> date = parsed_date(text);
  if (!date || date->day > days_of_month(date->year, date->month))
    mismatch(status, where, "a date of calendar " + in_quotes(name_) + ", such as '2000-01-31'",
             in_quotes(text));
  return *date;
}

}  // namespace hyb
