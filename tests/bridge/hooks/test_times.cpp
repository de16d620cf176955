// SPDX-License-Identifier: BSD-3-Clause
// Calendars and time axes of NetCDF files.
#include "hooks/time_axis.hpp"
#include "synthetic.hpp"

using hyb::Calendar;
using hyb::TimeAxis;

static double days(const char *calendar, const char *from, const char *to) {
  const Calendar known(calendar, "");
  return (known.seconds(known.date(to, HYB_ERROR_CONFIG, "")) -
          known.seconds(known.date(from, HYB_ERROR_CONFIG, ""))) /
         86400;
}

static void calendars_count_days() {
  CHECK_EQ(days("standard", "2000-01-01", "2001-01-01"), 366);
  CHECK_EQ(days("standard", "1900-01-01", "1901-01-01"), 365);
  CHECK_EQ(days("gregorian", "1582-10-04", "1582-10-15"), 1);
  CHECK_EQ(days("proleptic_gregorian", "1582-10-04", "1582-10-15"), 11);
  CHECK_EQ(days("julian", "1900-01-01", "1901-01-01"), 366);
  CHECK_EQ(days("standard", "1500-01-01", "1501-01-01"), 366);
  CHECK_EQ(days("noleap", "2000-02-28", "2000-03-01"), 1);
  CHECK_EQ(days("all_leap", "2001-01-01", "2002-01-01"), 366);
  CHECK_EQ(days("360_day", "2000-01-30", "2000-02-30"), 30);
  CHECK_EQ(days("standard", "2000-01-01T06:00", "2000-01-02T18:00:00"), 1.5);
  // Four years of the Julian calendar have 1461 days, four centuries of the reformed one 146097.
  CHECK_EQ(days("julian", "-4712-01-01", "0004-01-01"), 4716 / 4 * 1461);
  CHECK_EQ(days("proleptic_gregorian", "-0400-03-01", "0000-03-01"), 146097);
  CHECK_EQ(days("proleptic_gregorian", "1600-03-01", "2000-03-01"), 146097);
}

// Every day of two centuries follows the one before, in every calendar.
static void no_day_is_missing() {
  for (const char *name :
       {"standard", "proleptic_gregorian", "julian", "noleap", "all_leap", "360_day"}) {
    const Calendar calendar(name, "");
    double last = calendar.seconds({1499, 12, calendar.days_of_month(1499, 12), 0});
    for (int64_t year = 1500; year < 1700; ++year)
      for (int month = 1; month <= 12; ++month)
        for (int day = 1; day <= calendar.days_of_month(year, month); ++day) {
          const bool reform = std::string(name) == "standard" && year == 1582 && month == 10;
          if (reform && day > 4 && day < 15) continue;
          const double now = calendar.seconds({year, month, day, 0});
          CHECK_EQ(now - last, 86400);
          CHECK_EQ(calendar.year_of(now), year);
          CHECK_EQ(calendar.year_of(now + 86399), year);
          last = now;
        }
  }
}

static void dates_are_refused() {
  const Calendar standard("", "file");
  for (const char *date : {"", "today", "2000", "2000-13-01", "2000-00-01", "2001-02-29",
                           "2000-01-32", "2000-01-01T24:61", "2000-01-01T", "2000-01-01T06",
                           "2000-01-01T06:00:00+2", "2000-01-01x", "9999999-01-01"})
    check_fails([&] { standard.date(date, HYB_ERROR_CONFIG, "date"); }, HYB_ERROR_CONFIG,
                {"date: expected a date of calendar 'standard'",
                 "found '" + std::string(date) + "'"});
  check_fails([] { Calendar("lunar", "file"); }, HYB_ERROR_FILE,
              {"file: calendar: expected one of CF", "found 'lunar'"});
}

static void is(const TimeAxis &axis, const char *date, int64_t before, int64_t after,
               double weight) {
  const TimeAxis::Between found = axis.at(date);
  CHECK_EQ(found.before, before);
  CHECK_EQ(found.after, after);
  CHECK(std::abs(found.weight - weight) < 1e-12);
}

static void a_series_covers_its_times() {
  const TimeAxis axis({0, 1, 3}, "days since 2000-02-28 12:00:00 UTC", "", false, "file: time");
  is(axis, "2000-02-28T12:00:00", 0, 1, 0);
  is(axis, "2000-02-29T00:00:00", 0, 1, 0.5);
  is(axis, "2000-02-29T12:00:00", 1, 2, 0);
  is(axis, "2000-03-01T12:00:00", 1, 2, 0.5);
  is(axis, "2000-03-02T12:00:00", 2, 2, 0);
  for (const char *date : {"2000-02-28", "2000-03-02T12:00:01", "1999-01-01", "2010-01-01"})
    check_fails([&] { axis.at(date); }, HYB_ERROR_CONFIG,
                {"date of the step: expected one within 0 to 3 days since", "found '"});
  check_fails([&] { axis.at("2001-02-29"); }, HYB_ERROR_CONFIG, {"a date of calendar 'standard'"});
}

// Twelve months, given in any year, hold in every one.
static void a_climatology_is_cyclic() {
  std::vector<double> middles;
  for (int month = 0; month < 12; ++month) middles.push_back(15 + 30.0 * month);
  const TimeAxis axis(middles, "days since 1850-01-01", "360_day", true, "file: time");
  is(axis, "2000-01-16", 0, 1, 0);
  is(axis, "1999-02-01", 0, 1, 0.5);
  is(axis, "2000-01-01", 11, 0, 0.5);
  is(axis, "2000-12-31", 11, 0, 14.0 / 30);  // the last day that the calendar has
  const TimeAxis from_july({180, 360}, "days since 2000-01-01", "365_day", true, "file: time");
  is(from_july, "2004-06-30", 0, 1, 0);
  is(from_july, "2004-02-29", 1, 0, (58.0 - 360 + 365) / 185);  // 28 February there
  const TimeAxis hours({6}, "hours since 2000-01-01", "", true, "file: time");
  is(hours, "2010-07-01", 0, 0, hours.at("2010-07-01").weight);
}

static void axes_are_refused() {
  const auto refused = [](std::vector<double> times, const char *unit, bool cyclic,
                          const char *expected, const std::string &found) {
    check_fails([&] { TimeAxis(std::move(times), unit, "", cyclic, "file: time"); },
                HYB_ERROR_FILE, {"file: time", expected, found});
  };
  const char *since = "days since 2000-01-01";
  refused({}, since, false, "expected one time or more", "found none");
  refused({1, 2, 2}, since, false, "value 3: expected one above 2", "found 2");
  refused({1, 0.5}, since, true, "value 2: expected one above 1", "found 0.5");
  refused({std::nan("")}, since, false, "value 1: expected a number", "found nan");
  refused({0, 366}, since, true, "times of one year", "found 0 to 366 days since");
  refused({1}, "months since 2000-01-01", false, "hours or days since a date", "found 'months");
  refused({1}, "days", false, "hours or days since a date", "found 'days'");
  refused({1}, "days since yesterday", false, "a date of calendar", "found 'yesterday'");
  refused({1}, "days since 2000-01-01 00:00:00 +02:00", false, "a date", "+02:00'");
}

int main() {
  calendars_count_days();
  no_day_is_missing();
  dates_are_refused();
  a_series_covers_its_times();
  a_climatology_is_cyclic();
  axes_are_refused();
  return check_failures();
}
