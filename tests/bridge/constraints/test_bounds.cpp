// SPDX-License-Identifier: BSD-3-Clause
// Bounds beside budgets: both hold, or the column is left alone.
#include "columns.hpp"

using hyb::Constraints;
using hyb::ConstraintWork;
using std::vector;

// Water that only moves about in a column of `nlevel` layers: sum of mass * change = 0.
struct Case {
  Columns columns;
  Constraints constraints;
  ConstraintWork work;

  Case(const json &list, int64_t nlevel, int64_t ncol)
      : columns({{"mass", "kg m-2", nlevel}, {"humidity", "1", nlevel}},
                {{"change", "s-1", nlevel}}, ncol),
        constraints(sources(list), columns.fields) {
    columns.put_inputs();
    if (!columns.values.inputs.empty()) columns.fill(columns.values.inputs[0], [] { return 100; });
  }

  hyb::FieldValues &change() { return columns.output("change"); }
  hyb::FieldValues &humidity() { return columns.input("humidity"); }
  void apply() { constraints.apply(columns.values, work); }
};

static json water(double equals = 0) {
  return {{"kind", "budget"},
          {"name", "water"},
          {"unit", "kg m-2 s-1"},
          {"equals", equals},
          {"terms", json::array({{{"output", "change"}, {"measure", "mass"}}})}};
}

static json positive() {
  return {{"kind", "bounds"}, {"output", "change"}, {"state", "humidity"}, {"minimum", 0}};
}

static json between(double least, double most) {
  return {{"kind", "bounds"}, {"output", "change"}, {"minimum", least}, {"maximum", most}};
}

// As a host would compute it.
static bool stays_positive(Case &one) {
  bool all = true;
  for (int64_t i = 0; i < one.change().nrow() * one.change().ncol; ++i) {
    volatile double step = 600 * one.change().data[i];
    all &= one.humidity().data[i] + step >= 0;
  }
  return all;
}

static double gap(Case &one, int64_t c, long double equals = 0) {
  long double sum = -equals, size = fabsl(equals);
  for (int64_t l = 0; l < one.change().nlevel; ++l) {
    const long double term =
        static_cast<long double>(one.columns.input("mass").row(l)[c]) * one.change().row(l)[c];
    sum += term;
    size += fabsl(term);
  }
  return size > 0 ? static_cast<double>(fabsl(sum) / size) : 0;
}

static void make_up(Case &one, std::mt19937_64 &random, double spread) {
  one.columns.fill(one.columns.input("mass"), [&] { return uniform(random, 1, 400); });
  one.columns.fill(one.humidity(), [&] { return std::exp(uniform(random, -14, -4)); });
  one.columns.fill(one.change(), [&] { return spread * normal(random); });
}

static void both_hold_for_random_networks() {
  std::mt19937_64 random(3);
  for (const double spread : {1e-9, 1e-7, 1e-6, 1e-4, 1e-2})
    for (int i = 0; i < 20; ++i) {
      Case one({water(), positive()}, 30, 17);
      make_up(one, random, spread);
      one.apply();
      for (const uint8_t mark : one.work.unmet) CHECK_EQ(mark, 0);
      CHECK(stays_positive(one));
      for (int64_t c = 0; c < 17; ++c) CHECK(gap(one, c) < 2e-14);
      const vector<double> once = one.columns.copy();
      one.apply();
      CHECK(one.columns.copy() == once);
    }
}

// Two of three layers lose all that they have; the third one takes it.
static void the_rest_takes_what_bounds_hold_back() {
  Case one({water(), positive()}, 3, 1);
  const double humidity[3] = {6e-6, 6e-6, 6e-3}, change[3] = {-1.2e-8, -4e-8, 1e-8};
  for (int64_t l = 0; l < 3; ++l) {
    one.humidity().row(l)[0] = humidity[l];
    one.change().row(l)[0] = change[l];
  }
  one.apply();
  const double expected[3] = {-6e-9, -1e-8, 1.6e-8};
  for (int64_t l = 0; l < 3; ++l)
    CHECK(std::fabs(one.change().row(l)[0] - expected[l]) < 1e-14 * std::fabs(expected[l]));
  CHECK(gap(one, 0) < 2e-14);
  CHECK(stays_positive(one));
}

// Fields without a budget are brought within their bounds, others keep every bit.
static void bounds_alone_clip() {
  Case one(json::array({between(-1, 2)}), 2, 11);
  std::mt19937_64 random(5);
  one.columns.fill(one.change(), [&] { return uniform(random, -4, 4); });
  const vector<double> before = one.columns.copy();
  one.apply();
  const vector<double> after = one.columns.copy();
  for (size_t i = 0; i < before.size(); ++i)
    CHECK_EQ(after[i], std::max(-1.0, std::min(2.0, before[i])));
}

// 5 layers of at most 1 can hold 400 kg m-2 s-1 of 5 * 100, not 600.
static void what_cannot_be_met_is_left_alone() {
  std::mt19937_64 random(5);
  for (const double equals : {400.0, 499.9, 600.0, -1.0}) {
    Case one({water(equals), between(0, 1)}, 5, 10);
    one.columns.fill(one.change(), [&] { return 10 * normal(random); });
    const vector<double> before = one.columns.copy();
    one.apply();
    const bool possible = equals < 500 && equals >= 0;
    for (const uint8_t mark : one.work.unmet) CHECK_EQ(mark != 0, !possible);
    if (!possible) CHECK(one.columns.copy() == before);
    for (int64_t c = 0; possible && c < 10; ++c) CHECK(gap(one, c, equals) < 2e-14);
  }
}

// All layers at their bounds, far away from where the budget wants them.
static void long_ways_are_found() {
  for (const double far : {1e2, 1e6, 1e10}) {
    Case one({water(250), between(0, 1)}, 5, 8);
    one.columns.fill(one.change(), [&] { return -far; });
    one.change().row(0)[3] = far;
    one.apply();
    for (int64_t c = 0; c < 8; ++c) {
      CHECK_EQ(one.work.unmet[static_cast<size_t>(c)], 0);
      CHECK(gap(one, c, 250) < 1e-12);
    }
  }
}

// Budgets that some values within the bounds close are closed, however far away the outputs are: in
// three budgets of two fields, whose measures differ.
static void what_can_be_met_is_met() {
  std::mt19937_64 random(8);
  for (int i = 0; i < 200; ++i) {
    json list = {between(0, 1), between(0, 1)};
    list[1]["name"] = "more", list[1]["output"] = "more";
    for (const char *name : {"0", "1", "2"})
      list.push_back({{"kind", "budget"},
                      {"name", name},
                      {"unit", "1"},
                      {"terms",
                       {{{"output", "change"}, {"measure", "mass"}, {"factor", normal(random)}},
                        {{"output", "more"}, {"measure", "heat"}, {"factor", normal(random)}},
                        {{"input", name}, {"factor", -1}}}}});
    list[3]["terms"][0]["measure"] = "heat";
    Columns columns({{"mass", "1", 20}, {"heat", "1", 20}, {"0", "1"}, {"1", "1"}, {"2", "1"}},
                    {{"change", "1", 20}, {"more", "1", 20}}, 8);
    const Constraints constraints(sources(list), columns.fields);
    columns.put_inputs();
    for (const char *name : {"mass", "heat"})
      columns.fill(columns.input(name), [&] { return uniform(random, 0.1, 3); });
    for (hyb::FieldValues &field : columns.values.outputs)
      columns.fill(field, [&] { return uniform(random, 0.01, 0.99); });
    ConstraintWork work;
    constraints.apply(columns.values, work);
    for (size_t k = 0; k < 3; ++k) {
      // What it is without the inputs, which are 0 so far, is what it is to be.
      const double *sum = work.imbalance.data() + 8 * k;
      std::copy(sum, sum + 8, columns.input(std::to_string(k)).data);
    }
    const double far = std::exp(uniform(random, 0, 7));
    for (hyb::FieldValues &field : columns.values.outputs)
      columns.fill(field, [&] { return far * normal(random); });
    constraints.apply(columns.values, work);
    for (const uint8_t mark : work.unmet) CHECK_EQ(mark, 0);
    for (const double value : columns.copy()) CHECK(value >= 0 && value <= 1);
  }
}

static void only_chosen_levels_are_bounded() {
  json top = between(0, 1);
  top["levels"] = "top";
  for (const bool bottom_up : {false, true}) {
    Case one(json::array({top}), 4, 2);
    one.columns.values.bottom_up = bottom_up;
    one.columns.fill(one.change(), [] { return -7; });
    one.apply();
    for (int64_t l = 0; l < 4; ++l)
      CHECK_EQ(one.change().row(l)[0], l == (bottom_up ? 3 : 0) ? 0 : -7);
  }
}

// A state that is negative already is filled from the rest of the column.
static void holes_are_filled() {
  Case one({water(), positive()}, 4, 1);
  one.columns.fill(one.humidity(), [] { return 1e-3; });
  one.humidity().row(2)[0] = -1e-4;
  one.apply();
  CHECK(stays_positive(one));
  CHECK(one.change().row(2)[0] > 1e-4 / 600 * 0.999);
  CHECK(gap(one, 0) < 2e-14);
}

static void without_a_time_step_there_is_no_state() {
  for (const double dt : {0.0, -1.0, std::nan("")}) {
    Case one({water(), positive()}, 4, 3);
    one.columns.fill(one.change(), [] { return 1; });
    one.columns.clock.dt = dt;
    const vector<double> before = one.columns.copy();
    one.apply();
    for (const uint8_t mark : one.work.unmet) CHECK_EQ(mark, 2);
    CHECK(one.columns.copy() == before);
  }
}

static void bounds_that_contradict_are_unmet() {
  json other = between(3, 4);
  other["name"] = "other";
  Case one({between(0, 1), other}, 2, 9);
  one.apply();
  for (const uint8_t mark : one.work.unmet) CHECK_EQ(mark, 1);
}

static void bad_states_are_unmet() {
  Case one({water(), positive()}, 4, 12);
  one.columns.fill(one.humidity(), [] { return 1e-3; });
  one.columns.fill(one.change(), [] { return 1e-9; });
  one.humidity().row(1)[4] = std::nan("");
  one.change().row(1)[9] = HUGE_VAL;
  one.apply();
  for (size_t c = 0; c < 12; ++c) CHECK_EQ(one.work.unmet[c], c == 4 ? 2 : c == 9 ? 1 : 0);
}

int main() {
  both_hold_for_random_networks();
  the_rest_takes_what_bounds_hold_back();
  bounds_alone_clip();
  what_cannot_be_met_is_left_alone();
  long_ways_are_found();
  what_can_be_met_is_met();
  only_chosen_levels_are_bounded();
  holes_are_filled();
  without_a_time_step_there_is_no_state();
  bounds_that_contradict_are_unmet();
  bad_states_are_unmet();
  return check_failures();
}
