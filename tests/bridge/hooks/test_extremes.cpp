// SPDX-License-Identifier: BSD-3-Clause
// Samples that are few, missing or absurd; predictors that tell nothing; memory in a call.
#include <limits>

#include "allocations.hpp"
#include "memory.hpp"

using nlohmann::json;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

static double half(const Point &p) { return 0.5 + 0.1 * noise(4, p.step, p.column, p.level); }

static bool finite(const std::vector<double> &values) {
  return std::all_of(values.begin(), values.end(),
                     [](double value) { return std::isfinite(value); });
}

static const json kalman = {{"initial", "1 K day-1"}, {"drift", "0.1 K day-1"}};
static const json ridge = {{"predictors", {"air_temperature", "cloud"}}};

static std::vector<std::pair<std::string, json>> all_kinds(const json &more = json::object()) {
  std::vector<std::pair<std::string, json>> kinds = {
      {"running_mean", json::object()}, {"kalman", kalman}, {"ridge", ridge}};
  for (auto &[kind, options] : kinds) {
    options.update(more);
    if (kind == "kalman") options.erase("least_samples");
  }
  return kinds;
}

// Skipped and counted; the others count as if there were no such samples.
static void what_is_no_number_is_skipped(const json &more) {
  for (const auto &[kind, options] : all_kinds(more)) {
    Model model(configured(kind, options), in_order(), half);
    double skipped = 0;
    model.spoil = [&](int64_t column, int64_t level, double &wanted) {
      if ((column + level) % 5 != 0) return;
      wanted = level == 0 ? not_a_number : level == 1 ? -inf : level == 2 ? 1e300 : -1e101;
      ++skipped;
    };
    std::vector<double> added;
    for (int64_t step = 1; step <= 100; ++step) added = model.step(step, true);
    CHECK_EQ(model.hook().describe()["skipped"].get<double>(), skipped);
    CHECK(skipped > 0 && finite(added));
    const double mean = std::accumulate(added.begin(), added.end(), 0.0) /
                        static_cast<double>(added.size());
    CHECK(std::abs(mean + 0.5) < (more.contains("region") ? 0.2 : 0.02));
  }
}

static void only_absurd_samples_add_nothing() {
  for (const auto &[kind, options] : all_kinds()) {
    Model model(configured(kind, options), in_order(), half);
    model.spoil = [](int64_t, int64_t, double &wanted) { wanted = not_a_number; };
    for (int64_t step = 1; step <= 5; ++step) CHECK_EQ(rms(model.step(step, true)), 0);
  }
}

static void what_is_too_large_can_be_skipped() {
  Model model(configured("running_mean", {{"largest", "1 K day-1"}}), in_order(), half);
  model.spoil = [](int64_t column, int64_t, double &wanted) { wanted *= column == 7 ? 100 : 1; };
  std::vector<double> added;
  for (int64_t step = 1; step <= 50; ++step) added = model.step(step, true);
  CHECK(model.hook().describe()["skipped"].get<double>() > 0);
  for (const double value : added) CHECK(std::abs(value + 0.5) < 0.05);
}

// Huge but usable: nothing overflows.
static void huge_samples_stay_finite() {
  for (const auto &[kind, options] : all_kinds()) {
    Model model(configured(kind, options), in_order(), half);
    model.spoil = [](int64_t column, int64_t, double &wanted) {
      wanted = 9e99 * (column % 2 == 0 ? 1 : -1);
    };
    for (int64_t step = 1; step <= 20; ++step) CHECK(finite(model.step(step, true)));
    const json known = model.hook().describe();
    for (const json &row : known["rows"])
      for (const auto &entry : row.items()) CHECK(std::isfinite(entry.value().get<double>()));
  }
}

static void few_samples_add_nothing() {
  for (const char *kind : {"running_mean", "ridge"}) {
    json options = std::string(kind) == "ridge" ? ridge : json::object();
    options["least_samples"] = 1000;
    Model model(configured(kind, options), in_order(), half);
    double seen = 0;
    for (int64_t step = 1; seen < 1100; ++step) {
      CHECK_EQ(rms(model.step(step, true)) > 0, seen >= 1000);
      seen = model.hook().describe()["rows"][0]["samples"].get<double>();
    }
  }
}

static void one_sample_may_be_enough() {
  Model model(configured("running_mean", {{"least_samples", 1}}), in_order(), half);
  Arrays arrays;
  hyb::Samples samples;
  samples.clock = &model.clock;
  samples.columns = {5};
  samples.wanted = arrays.add(nlevel, ncolumn);
  samples.wanted.row(0)[5] = -0.25;
  model.learn(samples);
  CHECK_EQ(model.step(1, false)[0], -0.25);
}

// Of a predictor that does not vary, or repeats another one, nothing is learnt but nothing breaks.
static void useless_predictors_are_harmless() {
  const json predictors[] = {{"air_temperature", "air_temperature_again"},
                             {"cloud", "air_temperature", "cloud_again", "air_temperature_again"}};
  const auto planted = [](const Point &p) { return 0.1 * (p.temperature() - 260); };
  for (const json &names : predictors)
    for (const double penalty : {0.0, 1e-3}) {
      Model model(configured("ridge", {{"predictors", names}, {"penalty", penalty}}), in_order(),
                  planted);
      for (int64_t step = 1; step <= 30; ++step) model.step(step, true);
      const std::vector<double> added = model.step(31, false);
      std::vector<double> left;
      for (size_t i = 0; i < added.size(); ++i) {
        const int64_t place = static_cast<int64_t>(i);
        left.push_back(added[i] + planted(model.point(place % ncolumn, place / ncolumn)));
      }
      CHECK(rms(left) < 0.01 * rms(added));
    }
}

static void a_constant_predictor_is_left_out() {
  Model model(configured("ridge", {{"predictors", {"air_temperature"}}}), in_order(), half);
  Arrays arrays;
  hyb::Samples samples;
  samples.clock = &model.clock;
  for (int64_t i = 0; i < ncolumn; ++i) samples.columns.push_back(i);
  samples.wanted = arrays.add(nlevel, ncolumn);
  samples.inputs = {arrays.add(nlevel, ncolumn)};
  for (int64_t level = 0; level < nlevel; ++level)
    for (int64_t i = 0; i < ncolumn; ++i) {
      samples.wanted.row(level)[i] = noise(7, level, i, 0);
      // As an array of real32 in the host could vary that means to be constant.
      samples.inputs[0].row(level)[i] = static_cast<double>(280.15f) * (1 + 6e-8 * (i % 2));
    }
  model.learn(samples);
  const json known = model.hook().describe();
  for (const json &row : known["rows"])
    CHECK_EQ(row["slope of air_temperature"].get<double>(), 0);
}

// Beyond `reach` deviations the estimate goes no further.
static void estimates_stay_within_what_was_seen() {
  const auto planted = [](const Point &p) { return 0.1 * (p.temperature() - 260); };
  Model model(configured("ridge", {{"predictors", {"air_temperature"}}, {"reach", 3}}), in_order(),
              planted);
  for (int64_t step = 1; step <= 60; ++step) model.step(step, true);
  Arrays arrays;
  hyb::BlockValues values;
  const hyb::Grid grid = in_order().grid();
  values.ncol = 3;
  values.clock = &model.clock;
  values.grid = &grid;
  values.inputs = {arrays.add(nlevel, 3)};
  values.outputs = {hyb::FieldValues(), arrays.add(nlevel, 3)};
  std::vector<hyb::FieldValues> increments = {arrays.add(nlevel, 3)};
  std::vector<uint8_t> veto(3, 0);
  for (int64_t level = 0; level < nlevel; ++level) {
    values.inputs[0].row(level)[0] = 400;
    values.inputs[0].row(level)[1] = 1e300;
    values.inputs[0].row(level)[2] = -inf;
  }
  model.hook().apply(values, increments, veto);
  for (int64_t level = 0; level < nlevel; ++level) {
    const double *row = increments[0].row(level);
    CHECK_EQ(row[0], row[1]);
    CHECK(std::isfinite(row[2]) && row[2] > row[0]);
    CHECK(row[2] - row[0] < 0.1 * 2 * 3 * 8);  // 8 K deviate more than the field's
  }
}

static void a_call_allocates_nothing() {
  CHECK(sanitized || every_kind_is_counted());
  for (const auto &[kind, options] : all_kinds({{"bins_per_day", 4}})) {
    Model model(configured(kind, options), in_order(), half);
    for (int64_t step = 1; step <= 20; ++step) model.step(step, true);
    Arrays arrays;
    hyb::BlockValues values;
    const hyb::Grid grid = in_order().grid();
    values.ncol = ncolumn;
    values.clock = &model.clock;
    values.grid = &grid;
    values.inputs = {arrays.add(nlevel, ncolumn), arrays.add(1, ncolumn)};
    values.outputs = {arrays.add(1, ncolumn), arrays.add(nlevel, ncolumn)};
    std::vector<hyb::FieldValues> increments = {arrays.add(nlevel, ncolumn)};
    std::vector<uint8_t> veto(ncolumn, 0);
    const long before = allocations;
    model.hook().apply(values, increments, veto);
    CHECK_EQ(allocations - before, 0);
  }
}

int main() {
  what_is_no_number_is_skipped(json::object());
  what_is_no_number_is_skipped({{"region", "column"}, {"least_samples", 5}});
  only_absurd_samples_add_nothing();
  what_is_too_large_can_be_skipped();
  huge_samples_stay_finite();
  few_samples_add_nothing();
  one_sample_may_be_enough();
  useless_predictors_are_harmless();
  a_constant_predictor_is_left_out();
  estimates_stay_within_what_was_seen();
  a_call_allocates_nothing();
  return check_failures();
}
