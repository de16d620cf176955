// SPDX-License-Identifier: BSD-3-Clause
// Nudging towards files: values in space and time, levels, units; files that do not serve.
#include <netcdf.h>
#include <unistd.h>

#include <filesystem>

#include "allocations.hpp"
#include "synthetic.hpp"

using nlohmann::json;

static void ok(int status) {
  if (status == NC_NOERR) return;
  check_report(__FILE__, __LINE__, nc_strerror(status));
  std::exit(1);
}

struct Axis {
  std::string name, unit;
  std::vector<double> values;  // its coordinate variable; without a unit only their number counts
};

constexpr const char *path = "target.nc";

// A file with the variable `air_temperature` over the axes, a function of the coordinates.
static void write(const std::vector<Axis> &axes,
                  const std::function<double(const std::vector<double> &)> &value,
                  const std::string &unit = "K") {
  std::filesystem::remove(path);
  int id = -1, variable = -1;
  std::vector<int> dimensions, coordinates;
  ok(nc_create(path, NC_NETCDF4, &id));
  size_t n = 1;
  for (const Axis &axis : axes) {
    n *= axis.values.size();
    ok(nc_def_dim(id, axis.name.c_str(), axis.values.size(), &dimensions.emplace_back()));
    coordinates.push_back(-1);
    if (axis.unit.empty()) continue;
    ok(nc_def_var(id, axis.name.c_str(), NC_DOUBLE, 1, &dimensions.back(), &coordinates.back()));
    ok(nc_put_att_text(id, coordinates.back(), "units", axis.unit.size(), axis.unit.c_str()));
  }
  ok(nc_def_var(id, "air_temperature", NC_DOUBLE, static_cast<int>(axes.size()), dimensions.data(),
                &variable));
  if (!unit.empty()) ok(nc_put_att_text(id, variable, "units", unit.size(), unit.c_str()));
  ok(nc_enddef(id));
  for (size_t i = 0; i < axes.size(); ++i)
    if (coordinates[i] >= 0) ok(nc_put_var_double(id, coordinates[i], axes[i].values.data()));
  std::vector<double> values(n), at(axes.size());
  for (size_t place = 0; place < n; ++place) {
    size_t rest = place;
    for (size_t i = axes.size(); i-- > 0; rest /= axes[i].values.size())
      at[i] = axes[i].values[rest % axes[i].values.size()];
    values[place] = value(at);
  }
  ok(nc_put_var_double(id, variable, values.data()));
  ok(nc_close(id));
}

static std::vector<double> numbers(double first, double step, size_t n) {
  std::vector<double> values;
  for (size_t i = 0; i < n; ++i) values.push_back(first + step * static_cast<double>(i));
  return values;
}

static const Axis level = {"level", "", numbers(0, 1, nlevel)};
static const Axis south_north = {"lat", "degrees_north", numbers(-90, 10, 19)};
static const Axis east = {"lon", "degrees_east", numbers(0, 20, 18)};
static const Axis by_column = {"column", "", numbers(0, 1, ncolumn)};
static const Axis days = {"time", "days since 2000-01-01", numbers(0, 10, 4)};

static json options(const json &more = json::object()) {
  json keys = {{"input", "air_temperature"}, {"path", path}, {"time_scale", "2 days"}};
  keys.update(more);
  return keys;
}

static Model model(const json &more = json::object(), Columns columns = in_order()) {
  return Model(configured("nudging", options(more)), std::move(columns),
               [](const Point &) { return 0; });
}

// What is added at a step is (target - state) / 2 days.
static void adds(Model &model, int64_t step, const std::function<double(const Point &)> &target,
                 double tolerance = 1e-12) {
  const std::vector<double> added = model.step(step, false, 7);
  double worst = 0;
  for (size_t i = 0; i < added.size(); ++i) {
    const Point p =
        model.point(static_cast<int64_t>(i) % ncolumn, static_cast<int64_t>(i) / ncolumn);
    worst = std::max(worst, std::abs(added[i] - (target(p) - p.temperature()) / 2));
  }
  CHECK(worst < tolerance);
}

static double of(int64_t value) { return static_cast<double>(value); }

// What is linear is interpolated exactly, to rounding of 300 K; the longitude only within the
// circle.
static void bilinear_is_exact_for_what_is_linear() {
  write({level, south_north, east}, [](const std::vector<double> &x) {
    return 250 + x[0] + 0.1 * x[1] + 0.05 * std::abs(x[2] - 180);
  });
  Model linear = model();
  adds(linear, 1, [](const Point &p) {
    const double x = std::min(p.lon, 340.0), back = std::max(0.0, p.lon - 340) / 20;
    const double at = (1 - back) * std::abs(x - 180) + back * 180;
    return 250 + of(p.level) + 0.1 * p.lat + 0.05 * at;
  });
  Model shuffled_columns = model(json::object(), shuffled());
  CHECK(shuffled_columns.step(3, false, 5) == linear.step(3, false));
}

static void latitudes_may_fall_and_longitudes_be_negative() {
  const auto value = [](const std::vector<double> &x) { return 250 + x[0] + 0.1 * x[1]; };
  write({level, {"lat", "degrees_north", numbers(80, -40, 5)},
         {"lon", "degrees_east", numbers(-180, 20, 18)}}, value);
  Model one = model();
  adds(one, 1, [](const Point &p) { return 250 + of(p.level) + 0.1 * p.lat; });
}

static void the_nearest_is_taken_if_told_so() {
  write({level, south_north, east},
        [](const std::vector<double> &x) { return 1000 * x[1] + x[2]; });
  Model nearest = model({{"interpolation", "nearest"}});
  const std::vector<double> added = nearest.step(1, false);
  for (int64_t i = 0; i < ncolumn; ++i) {
    const Point p = nearest.point(i, 0);
    const double target = 2 * added[static_cast<size_t>(i)] + p.temperature();
    // Half a box away at most; -75 lies between two rows, 30 between two columns.
    const double lat = std::round(target / 1000 / 10) * 10, lon = target - 1000 * lat;
    CHECK(std::abs(lat - p.lat) <= 5.001);
    CHECK(std::min(std::abs(lon - p.lon), 360 - std::abs(lon - p.lon)) <= 10.001);
  }
}

static void columns_go_by_their_global_number() {
  write({level, by_column},
        [](const std::vector<double> &x) { return 200 + 10 * x[0] + x[1]; });
  for (const Columns &columns : {in_order(), shuffled()}) {
    Model one = model(json::object(), columns);
    adds(one, 1, [](const Point &p) { return 200 + 10 * of(p.level) + of(p.column); });
  }
}

static void levels_have_an_order() {
  write({level, by_column}, [](const std::vector<double> &x) { return 200 + 10 * x[0]; });
  Model flipped = model({{"orientation", "bottom_up"}});
  adds(flipped, 1, [](const Point &p) { return 200 + 10 * of(nlevel - 1 - p.level); });
}

static void levels_have_weights() {
  write({level, by_column}, [](const std::vector<double> &) { return 300; });
  Model few = model({{"levels", {3, 4}}, {"taper", 1}});
  const std::vector<double> added = few.step(1, false);
  const double share[nlevel] = {0, 0.5, 1, 1};
  for (size_t i = 0; i < added.size(); ++i) {
    const int64_t row = static_cast<int64_t>(i) / ncolumn;
    const double state = few.point(static_cast<int64_t>(i) % ncolumn, row).temperature();
    CHECK(std::abs(added[i] - share[row] * (300 - state) / 2) < 1e-12);
  }
}

// Steps of 3 hours: step 40 is day 5.
static void time_is_interpolated() {
  write({days, level, by_column},
        [](const std::vector<double> &x) { return 250 + x[0] + x[1]; });
  Model series = model();
  for (const int64_t step : {1, 40, 41, 100, 20, 200})
    adds(series, step, [&](const Point &p) { return 250 + of(step) / 8 + of(p.level); }, 1e-10);
  check_fails([&] { series.step(260, false); }, HYB_ERROR_CONFIG,
              {"scheme.radiation.hook", "target.nc", "expected one within 0 to 30 days since",
               "found '2000-02-05T12:00:00'"});
}

static void a_failed_step_adds_nothing_silently() {
  write({days, level, by_column}, [](const std::vector<double> &) { return 250; });
  Model series = model();
  hyb::BlockValues values;
  Arrays arrays;
  values.inputs = {arrays.add(nlevel, ncolumn)};
  std::vector<hyb::FieldValues> increments = {arrays.add(nlevel, ncolumn)};
  std::vector<uint8_t> veto(ncolumn, 0);
  const auto apply = [&] { series.hook().apply(values, increments, veto); };
  check_fails(apply, HYB_ERROR_PHASE, {"expected a step that could begin"});
  series.step(1, false);
  CHECK(message_of(apply, HYB_OK).empty());
  check_fails([&] { series.hook().begin({1, "", dt, 0}); }, HYB_ERROR_CONFIG, {"found ''"});
  check_fails(apply, HYB_ERROR_PHASE, {"expected a step that could begin"});
}

static void a_climatology_returns() {
  write({{"time", "days since 1999-01-01", numbers(0, 91.25, 4)}, level, by_column},
        [](const std::vector<double> &x) { return x[0]; });
  Model cyclic = model({{"cyclic", true}});
  adds(cyclic, 40, [](const Point &) { return 5; }, 1e-10);
}

static void missing_values() {
  const auto holes = [](const std::vector<double> &x) { return x[1] == 7 ? NC_FILL_DOUBLE : 250; };
  write({level, by_column}, holes);
  check_fails([] { model(); }, HYB_ERROR_FILE,
              {"time 1, level 1: expected a value for every column", "found none for 1 columns"});
  Model skipping = model({{"missing", "skip"}});
  const std::vector<double> added = skipping.step(1, false);
  for (size_t i = 0; i < added.size(); ++i) CHECK_EQ(added[i] == 0, i % ncolumn == 7);
  // One corner of four: the others serve.
  write({level, south_north, east}, [](const std::vector<double> &x) {
    return x[1] == -70 && x[2] == 40 ? NC_FILL_DOUBLE : 250;
  });
  Model one = model();
  adds(one, 1, [](const Point &) { return 250; });
}

static void units_are_converted() {
  write({level, by_column}, [](const std::vector<double> &) { return 250; }, "mm");
  check_fails([] { model(); }, HYB_ERROR_CONFIG,
              {"unit of 'heating': expected that of the file's variable by time, 'mm s-1'",
               "found 'K day-1'"});
  write({level, by_column}, [](const std::vector<double> &) { return 250; }, "");
  check_fails([] { model(); }, HYB_ERROR_FILE, {"expected an attribute units, found none"});
  write({level, by_column}, [](const std::vector<double> &) { return 250; });
  hyb::ValueFields known = fields();
  known.inputs = {{"air_temperature", "Pa"}};
  const hyb::Grid grid = in_order().grid();
  check_fails([&] { hyb::make_hook(configured("nudging", options()), known, grid, "", ""); },
              HYB_ERROR_CONFIG, {"unit of 'air_temperature': expected 'K' (file), found 'Pa'"});
}

static void files_are_refused() {
  const auto any = [](const std::vector<double> &) { return 250.0; };
  const auto refused = [](const std::vector<std::string> &words, const json &more) {
    check_fails([&] { model(more).step(1, false); }, HYB_ERROR_FILE, words);
  };
  const json none = json::object();
  std::filesystem::remove(path);
  refused({"scheme.radiation.hook", "target.nc", "No such file"}, none);
  write({level, by_column}, any);
  refused({"variable 't': expected one of that name, found none"}, {{"variable", "t"}});
  write({level, {"column", "", numbers(0, 1, ncolumn - 1)}}, any);
  refused({"expected columns up to", "found 71"}, none);
  write({level, east, south_north}, any);
  refused({"expected dimensions (time, level, latitude, longitude)", "(level, lon, lat)"}, none);
  write({level, days, by_column}, any);
  refused({"expected dimensions", "found (level, time, column)"}, none);
  write({level, {"species", "", {0, 1}}, by_column}, any);
  refused({"expected dimensions", "found (level, species, column)"}, none);
  write({}, any);
  refused({"expected dimensions", "found ()"}, none);
  write({days}, any);
  refused({"expected dimensions", "found (time)"}, none);
  write({level, south_north}, any);
  refused({"expected dimensions", "found (level, lat)"}, none);
  write({east}, any);
  refused({"expected dimensions", "found (lon)"}, none);
  write({days, {"again", days.unit, {1}}, south_north, east}, any);
  refused({"expected dimensions", "found (time, again, lat, lon)"}, none);
  write({level, {"lat", "degrees_north", {0, 10, 5}}, east}, any);
  refused({"latitude: value 3: expected finite values that only rise", "found 5"}, none);
  write({level, south_north, {"lon", "degrees_east", {0, 360}}}, any);
  refused({"longitude: expected each once on the circle"}, none);
  write({level, south_north, {"lon", "degrees_east", numbers(0, 10, 5)}}, any);
  refused({"longitude: expected 0.000000 to 40.000000 to reach all columns", "found a column at"},
          none);
  write({{"time", "days since 2000-01-01", {3, 1}}, level, by_column}, any);
  refused({"time: value 2: expected one above 3, found 1"}, none);
  write({{"time", "fortnights since 2000-01-01", {1}}, level, by_column}, any);
  refused({"hours or days since a date"}, none);
}

static void shapes_are_checked_in_the_block() {
  write({{"level", "", numbers(0, 1, 3)}, by_column},
        [](const std::vector<double> &) { return 250; });
  check_fails([] { model().step(1, false); }, HYB_ERROR_SHAPE,
              {"levels of the file: expected 4 as in 'air_temperature', found 3"});
  write({level, by_column}, [](const std::vector<double> &) { return 250; });
  check_fails([] { model({{"input", "cloud"}, {"variable", "air_temperature"}}).step(1, false); },
              HYB_ERROR_SHAPE, {"input 'cloud': expected 4 levels", "found 1 levels"});
}

static void keys_are_refused() {
  const auto refused = [](const json &more, const std::vector<std::string> &words) {
    check_fails([&] { model(more); }, HYB_ERROR_CONFIG, words);
  };
  refused({{"time_scale", nullptr}}, {"time_scale: expected a text"});
  refused({{"time_scale", "0 s"}}, {"time_scale: expected a time above 0"});
  refused({{"levels", {4, 3}}}, {"levels: expected two levels", "found [4,3]"});
  refused({{"levels", {0, 3}}}, {"levels: expected two levels"});
  refused({{"levels", {1, 2, 3}}}, {"levels: expected two levels"});
  refused({{"levels", 3}}, {"levels: expected two levels"});
  refused({{"orientation", "up"}}, {"orientation: expected one of 'top_down' and 'bottom_up'"});
  refused({{"missing", "zero"}}, {"missing: expected one of 'refuse' and 'skip'"});
  refused({{"cyclic", 1}}, {"cyclic: expected true or false"});
  refused({{"cycle", true}}, {"unknown key 'cycle'; did you mean 'cyclic'?"});
  refused({{"region", "box"}}, {"unknown key 'region'"});
  hyb::HookConfig config = configured("nudging", options());
  config.learn = hyb::HookConfig::Source::audit;
  check_fails([&] { Model(config, in_order(), [](const Point &) { return 0; }); },
              HYB_ERROR_CONFIG, {"learn: expected none"});
  config = configured("nudging", json::object());
  check_fails([&] { Model(config, in_order(), [](const Point &) { return 0; }); },
              HYB_ERROR_CONFIG, {"time_scale: expected a time, such as '6 h', found nothing"});
}

int main() {
  bilinear_is_exact_for_what_is_linear();
  latitudes_may_fall_and_longitudes_be_negative();
  the_nearest_is_taken_if_told_so();
  columns_go_by_their_global_number();
  levels_have_an_order();
  levels_have_weights();
  time_is_interpolated();
  a_failed_step_adds_nothing_silently();
  a_climatology_returns();
  missing_values();
  units_are_converted();
  files_are_refused();
  shapes_are_checked_in_the_block();
  keys_are_refused();
  std::filesystem::remove(path);
  return check_failures();
}
