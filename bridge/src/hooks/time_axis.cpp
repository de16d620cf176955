// SPDX-License-Identifier: BSD-3-Clause
#include "hooks/time_axis.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

#include "error.hpp"
#include "text.hpp"
#include "units.hpp"

namespace hyb {
namespace {

std::string shown(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", value);
  return text;
}

// Times in days lose microseconds: whole milliseconds are meant.
double rounded(double seconds) { return std::round(seconds * 1000) / 1000; }

// The part before and the part after a word.
std::pair<std::string, std::string> split(const std::string &text, const std::string &word) {
  const size_t at = text.find(word);
  if (at == std::string::npos) return {text, ""};
  return {text.substr(0, at), text.substr(at + word.size())};
}

// Without what says that it is UTC.
std::string without_zone(std::string date) {
  static const std::set<std::string> utc = {"UTC", "GMT", "+00:00", "+0:00", "00:00", "0:00"};
  while (!date.empty() && (date.back() == ' ' || date.back() == 'Z')) date.pop_back();
  const size_t space = date.rfind(' ');
  const bool zone = space != std::string::npos && utc.count(date.substr(space + 1)) != 0 &&
                    date.find(' ') != space;
  return zone ? date.substr(0, space) : date;
}

}  // namespace

TimeAxis::TimeAxis(std::vector<double> times, const std::string &unit, const std::string &calendar,
                   bool cyclic, const std::string &where)
    : where_(where),
      unit_(unit),
      calendar_(calendar, where),
      cyclic_(cyclic),
      given_(std::move(times)) {
  if (given_.empty()) mismatch(HYB_ERROR_FILE, where_, "one time or more", "none");
  read_unit(unit);
  check_order();
  if (cyclic_) check_year();
}

void TimeAxis::read_unit(const std::string &unit) {
  const auto [name, since] = split(unit, " since ");
  const std::optional<double> factor = converted({1, name}, "s");
  if (since.empty() || !factor)
    mismatch(HYB_ERROR_FILE, where_ + ": units",
             "seconds, minutes, hours or days since a date", in_quotes(unit));
  const Date origin = calendar_.date(without_zone(since), HYB_ERROR_FILE, where_ + ": units");
  for (const double value : given_)
    times_.push_back(rounded(calendar_.seconds(origin) + value * *factor));
}

void TimeAxis::check_order() const {
  for (size_t i = 0; i < times_.size(); ++i)
    if (!std::isfinite(times_[i]) || (i > 0 && !(times_[i] > times_[i - 1])))
      mismatch(HYB_ERROR_FILE, where_ + ": value " + std::to_string(i + 1),
               i > 0 ? "one above " + shown(given_[i - 1]) : "a number", shown(given_[i]));
}

void TimeAxis::check_year() {
  year_ = calendar_.year_of(times_.front());
  period_ = calendar_.seconds({year_ + 1, 1, 1, 0}) - calendar_.seconds({year_, 1, 1, 0});
  if (times_.back() - times_.front() >= period_)
    mismatch(HYB_ERROR_FILE, where_, "times of one year, as it is cyclic", range());
}

std::string TimeAxis::range() const {
  return shown(given_.front()) + " to " + shown(given_.back()) + " " + unit_;
}

// A day that the calendar does not have is the last one of its month.
double TimeAxis::seconds_in_year(const std::string &text) const {
  std::optional<Date> date = parsed_date(text);
  if (!date)
    mismatch(HYB_ERROR_CONFIG, where_ + ": date of the step", "one such as '2000-01-31'",
             in_quotes(text));
  date->year = year_;
  date->day = std::min(date->day, calendar_.days_of_month(year_, date->month));
  const double seconds = rounded(calendar_.seconds(*date));
  return seconds < times_.front() ? seconds + period_ : seconds;
}

TimeAxis::Between TimeAxis::at_cyclic(const std::string &date) const {
  const double now = seconds_in_year(date);
  const size_t n = times_.size();
  const size_t after = std::upper_bound(times_.begin(), times_.end(), now) - times_.begin();
  const double next = after < n ? times_[after] : times_[0] + period_;
  const double weight = (now - times_[after - 1]) / (next - times_[after - 1]);
  return {static_cast<int64_t>(after - 1), static_cast<int64_t>(after % n), weight};
}

TimeAxis::Between TimeAxis::at(const std::string &date) const {
  if (cyclic_) return at_cyclic(date);
  const std::string what = where_ + ": date of the step";
  const double now = rounded(calendar_.seconds(calendar_.date(date, HYB_ERROR_CONFIG, what)));
  if (now < times_.front() || now > times_.back())
    mismatch(HYB_ERROR_CONFIG, what, "one within " + range(), in_quotes(date));
  const int64_t n = static_cast<int64_t>(times_.size());
  const int64_t after = std::upper_bound(times_.begin(), times_.end(), now) - times_.begin();
  if (after == n) return {n - 1, n - 1, 0};
  const double before = times_[after - 1];
  return {after - 1, after, (now - before) / (times_[after] - before)};
}

}  // namespace hyb
