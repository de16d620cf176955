// SPDX-License-Identifier: BSD-3-Clause
// Budgets: closed exactly, with the smallest change, whatever the network says and however the
// columns are cut into blocks.
#include "allocations.hpp"
#include "columns.hpp"

using hyb::Constraints;
using hyb::ConstraintWork;
using std::vector;

constexpr int64_t nlevel = 40;

struct Case {
  Columns columns;
  Constraints constraints;
  ConstraintWork work;

  Case(const json &list, int64_t ncol, uint64_t seed = 1)
      : columns(convection::inputs(nlevel), convection::outputs(nlevel), ncol),
        constraints(sources(list), columns.fields) {
    columns.put_inputs();
    std::mt19937_64 random(seed);
    convection::make_up(columns, random);
  }

  void apply() { constraints.apply(columns.values, work); }

  bool all_met() const {
    for (const uint8_t mark : work.unmet)
      if (mark) return false;
    return true;
  }
};

struct Sum {
  long double plain = 0, size = 0;
  void add(long double term) {
    plain += term;
    size += fabsl(term);
  }
};

// What is to be 0, in more digits than the library has.
static Sum energy_of(Columns &columns, int64_t c) {
  Sum sum;
  for (int64_t l = 0; l < nlevel; ++l) {
    const long double mass = columns.input("mass").row(l)[c];
    sum.add(convection::cp * mass * columns.output("heating").row(l)[c]);
    sum.add(convection::latent * mass * columns.output("moistening").row(l)[c]);
  }
  sum.add(-3.34e5L * columns.output("snow").row(0)[c]);
  return sum;
}

static Sum water_of(Columns &columns, int64_t c) {
  Sum sum;
  for (int64_t l = 0; l < nlevel; ++l)
    sum.add(static_cast<long double>(columns.input("mass").row(l)[c]) *
            columns.output("moistening").row(l)[c]);
  sum.add(columns.output("rain").row(0)[c]);
  sum.add(columns.output("snow").row(0)[c]);
  return sum;
}

static double gap(const Sum &sum) { return static_cast<double>(fabsl(sum.plain) / sum.size); }

static json both() { return {convection::energy(), convection::water()}; }

// With weights, profiles and sizes of outputs that no network has in common.
static json random_budgets(std::mt19937_64 &random) {
  json list = both();
  for (json &term : list[0]["terms"]) term["weight"] = std::exp(uniform(random, -7, 7));
  list[1]["terms"][1]["weight"] = std::exp(uniform(random, -7, 7));
  if (random() % 2) list[0]["terms"][1]["profile"] = "humidity";
  if (random() % 2) list[0]["terms"][0]["profile"] = "heating";
  return list;
}

static void scale(Columns &columns, std::mt19937_64 &random) {
  for (hyb::FieldValues &field : columns.values.outputs) {
    const double factor = std::exp(uniform(random, -10, 10));
    for (int64_t i = 0; i < field.nrow() * field.ncol; ++i) field.data[i] *= factor;
  }
}

static void budgets_close_for_random_networks() {
  std::mt19937_64 random(7);
  for (int i = 0; i < 100; ++i) {
    Case one(random_budgets(random), 13, random());
    scale(one.columns, random);
    one.apply();
    CHECK(one.all_met());
    for (int64_t c = 0; c < 13; ++c) {
      CHECK(gap(energy_of(one.columns, c)) < 2e-14);
      CHECK(gap(water_of(one.columns, c)) < 2e-14);
    }
  }
}

// An imbalance is told as it was, in the unit of the budget.
static void imbalance_is_that_of_the_network() {
  Case one(both(), 5);
  vector<Sum> energy, water;
  for (int64_t c = 0; c < 5; ++c) {
    energy.push_back(energy_of(one.columns, c));
    water.push_back(water_of(one.columns, c));
  }
  one.apply();
  for (size_t c = 0; c < 5; ++c) {
    const auto close = [](double found, const Sum &sum) {
      return fabsl(found - sum.plain) < 1e-14L * sum.size;
    };
    CHECK(close(one.work.imbalance[c], energy[c]));
    CHECK(close(one.work.imbalance[5 + c], water[c]));
  }
}

static void what_is_closed_keeps_its_bits() {
  for (const bool bounded : {false, true}) {
    json list = both();
    if (bounded) list.push_back(convection::positive());
    Case one(list, 19);
    const vector<double> raw = one.columns.copy();
    one.apply();
    CHECK(one.all_met());
    const vector<double> once = one.columns.copy();
    CHECK(once != raw);
    one.apply();
    CHECK(one.columns.copy() == once);
  }
}

static void the_sign_of_a_zero_stays() {
  Case one(both(), 3);
  for (hyb::FieldValues &field : one.columns.values.outputs)
    one.columns.fill(field, [] { return -0.0; });
  one.apply();
  for (const double value : one.columns.copy()) CHECK(value == 0 && std::signbit(value));
}

// Columns one by one, in other blocks, and in other order.
static void blocks_and_order_do_not_matter() {
  json list = both();
  list.push_back(convection::positive());
  Case whole(list, 37);
  vector<vector<double>> expected;
  const Case &raw = whole;
  for (const int64_t ncol : {1, 7, 8, 37}) {
    Case again(list, 37);
    Columns &from = again.columns;
    for (int64_t first = 0; first < 37; first += ncol) {
      const int64_t n = std::min(ncol, 37 - first);
      Case part(list, n);
      const auto copy = [&](vector<hyb::FieldValues> &to, vector<hyb::FieldValues> &of, bool back) {
        for (size_t f = 0; f < to.size(); ++f)
          for (int64_t r = 0; r < to[f].nrow(); ++r)
            for (int64_t c = 0; c < n; ++c) {
              double &inside = to[f].row(r)[n - 1 - c], &outside = of[f].row(r)[first + c];
              back ? outside = inside : inside = outside;
            }
      };
      copy(part.columns.values.inputs, from.values.inputs, false);
      copy(part.columns.values.outputs, from.values.outputs, false);
      part.apply();
      copy(part.columns.values.outputs, from.values.outputs, true);
    }
    expected.push_back(from.copy());
  }
  whole.apply();
  for (const vector<double> &one : expected) CHECK(one == whole.columns.copy());
  CHECK(raw.all_met());
}

// One budget: each term takes its weight's share of the imbalance, the same at all levels.
static void shares_are_the_weights() {
  json list = json::array({convection::water()});
  list[0]["terms"][0]["weight"] = 3;
  list[0]["terms"][2]["weight"] = 0;
  Case one(list, 4);
  const auto copied = [&](const char *name) {
    const hyb::FieldValues &field = one.columns.output(name);
    return vector<double>(field.data, field.data + field.nrow() * field.ncol);
  };
  const vector<double> moistening = copied("moistening"), rain = copied("rain"),
                       snow = copied("snow");
  one.apply();
  CHECK(copied("snow") == snow);
  for (size_t c = 0; c < 4; ++c) {
    double mass = 0;
    for (int64_t l = 0; l < nlevel; ++l) mass += one.columns.input("mass").row(l)[c];
    const double imbalance = one.work.imbalance[c];
    CHECK(std::fabs(copied("rain")[c] - rain[c] + imbalance / 4) < 1e-13 * std::fabs(imbalance));
    for (size_t l = 0; l < nlevel; ++l) {
      const double change = copied("moistening")[4 * l + c] - moistening[4 * l + c];
      CHECK(std::fabs(change * mass + 0.75 * imbalance) < 1e-10 * std::fabs(imbalance));
    }
  }
}

// "itself": all levels change by the same ratio, so what is 0 stays 0.
static void a_profile_is_the_shape_of_the_change() {
  json list = json::array({convection::water()});
  list[0]["terms"][0]["profile"] = "moistening";
  list[0]["terms"][1]["weight"] = list[0]["terms"][2]["weight"] = 0;
  Case one(list, 3);
  hyb::FieldValues &moistening = one.columns.output("moistening");
  for (int64_t i = 0; i < moistening.nrow() * 3; ++i)
    moistening.data[i] = i < 30 ? 0 : std::fabs(moistening.data[i]);
  const vector<double> before(moistening.data, moistening.data + moistening.nrow() * 3);
  one.apply();
  CHECK(one.all_met());
  for (size_t i = 0; i < before.size(); ++i) {
    const double ratio = moistening.data[90 + i % 3] / before[90 + i % 3];
    CHECK(std::fabs(moistening.data[i] - ratio * before[i]) <= 1e-13 * std::fabs(before[i]));
  }
}

// A column that cannot be closed keeps its outputs; its neighbours do not know of it.
static void bad_columns_keep_to_themselves() {
  const double nan = std::nan("");
  for (const double bad : {nan, 0.0, -1.0, HUGE_VAL}) {
    Case clean(both(), 20), one(both(), 20);
    one.columns.input("mass").row(3)[5] = bad;
    one.columns.output("moistening").row(7)[11] = nan;
    one.columns.values.rejected[13] = 1;
    one.columns.output("heating").row(0)[13] = nan;
    const vector<double> before = one.columns.copy();
    clean.apply();
    one.apply();
    const vector<double> expected = clean.columns.copy(), after = one.columns.copy();
    for (size_t i = 0; i < after.size(); ++i) {
      const size_t c = i % 20;
      const bool kept = c == 5 || c == 11 || c == 13;
      CHECK(!std::memcmp(&after[i], kept ? &before[i] : &expected[i], sizeof(double)));
    }
    for (size_t c = 0; c < 20; ++c) CHECK_EQ(one.work.unmet[c], c == 5 || c == 11 ? 1 : 0);
    CHECK(std::isnan(one.work.imbalance[5]) && std::isnan(one.work.imbalance[20 + 13]));
    CHECK_EQ(one.work.imbalance[6], clean.work.imbalance[6]);
  }
}

// Only outputs of size 0 may change, and they in proportion to themselves.
static void nothing_to_change_is_unmet() {
  json list = json::array({convection::water()});
  list[0]["terms"][0]["profile"] = "moistening";
  list[0]["terms"][1]["weight"] = list[0]["terms"][2]["weight"] = 0;
  Case one(list, 9);
  one.columns.fill(one.columns.output("moistening"), [] { return 0; });
  const vector<double> before = one.columns.copy();
  one.apply();
  for (const uint8_t mark : one.work.unmet) CHECK_EQ(mark, 1);
  CHECK(one.columns.copy() == before);
}

// Sums of large values that cancel are closed relative to what is left of them.
static void what_cancels_is_closed_too() {
  json list = json::array({convection::water()});
  list[0]["terms"][1]["weight"] = list[0]["terms"][2]["weight"] = 0;
  Case one(list, 8);
  one.columns.fill(one.columns.output("moistening"), [] { return 1e6; });
  one.columns.fill(one.columns.output("rain"), [] { return 1e-4; });
  one.apply();
  CHECK(one.all_met());
  for (int64_t c = 0; c < 8; ++c) CHECK(gap(water_of(one.columns, c)) < 2e-14);
}

static void not_enforced_is_only_told() {
  json list = both();
  list[0]["enforce"] = false;
  Case one(list, 6);
  const Sum energy = energy_of(one.columns, 2);
  const vector<double> heating(one.columns.output("heating").data,
                               one.columns.output("heating").data + nlevel * 6);
  one.apply();
  CHECK(fabsl(one.work.imbalance[2] - energy.plain) < 1e-14L * energy.size);
  CHECK(!std::memcmp(heating.data(), one.columns.output("heating").data,
                     sizeof(double) * nlevel * 6));
  CHECK(gap(water_of(one.columns, 2)) < 2e-14);
  CHECK(!one.constraints.budgets()[0].enforced && one.constraints.budgets()[1].enforced);
}

// With thickness, in both orders of half levels, enforced or not: the same.
static void told_is_told_alike() {
  for (const bool growing : {false, true}) {
    json list = json::array({convection::water(), convection::water()});
    list[0]["terms"][0].erase("measure");
    list[0]["terms"][0]["thickness"] = "half";
    list[1] = list[0];
    list[1]["name"] = "told";
    list[1]["enforce"] = false;
    Columns columns({{"half", "kg m-2", nlevel + 1}}, convection::outputs(nlevel), 9);
    const Constraints constraints(sources(list), columns.fields);
    columns.put_inputs();
    std::mt19937_64 random(4);
    for (int64_t l = 0; l <= nlevel; ++l)
      for (int64_t c = 0; c < 9; ++c)
        columns.input("half").row(growing ? l : nlevel - l)[c] =
            static_cast<double>(l) * 100 + uniform(random, 0, 99);
    columns.input("half").row(7)[3] = columns.input("half").row(6)[3];
    columns.fill(columns.output("moistening"), [&] { return normal(random); });
    ConstraintWork work;
    constraints.apply(columns.values, work);
    for (size_t c = 0; c < 9; ++c) {
      const double found = work.imbalance[c], told = work.imbalance[9 + c];
      CHECK_EQ(std::isnan(told), c == 3);
      CHECK_EQ(work.unmet[c], c == 3 ? 1 : 0);
      CHECK(c == 3 || std::fabs(found - told) < 1e-11);
    }
  }
}

static void increments_add_to_budgets() {
  Case one(both(), 3);
  vector<double> warming(nlevel * 3, 1e-5), sums;
  const hyb::FieldValues increment = {warming.data(), nlevel, 1, 3};
  const size_t heating = one.columns.fields.output("heating", HYB_ERROR_FIELD, "test");
  one.constraints.added(0, one.columns.values, {heating}, {increment}, sums);
  for (int64_t c = 0; c < 3; ++c) {
    double mass = 0;
    for (int64_t l = 0; l < nlevel; ++l) mass += one.columns.input("mass").row(l)[c];
    CHECK(std::fabs(sums[static_cast<size_t>(c)] - 1e-5 * convection::cp * mass) < 1e-12 * mass);
  }
  one.constraints.added(1, one.columns.values, {heating}, {increment}, sums);
  CHECK_EQ(sums[0], 0);
}

static void nothing_is_allocated_twice() {
  json list = both();
  list.push_back(convection::positive());
  Case one(list, 50);
  one.apply();
  const long before = allocations;
  one.apply();
  CHECK_EQ(allocations - before, 0);
}

// Work of one set of constraints, or of one shape, serves another.
static void work_can_be_used_again() {
  Case first(both(), 9), other(json::array({convection::water()}), 21);
  Case fresh(json::array({convection::water()}), 21);
  first.apply();
  other.work = std::move(first.work);
  other.apply();
  fresh.apply();
  CHECK(other.columns.copy() == fresh.columns.copy());
  CHECK_EQ(other.work.unmet.size(), 21u);
}

static void empty_blocks_are_fine() {
  Case one(both(), 0);
  one.apply();
  CHECK(one.work.unmet.empty() && one.work.imbalance.empty());
}

int main() {
  budgets_close_for_random_networks();
  imbalance_is_that_of_the_network();
  what_is_closed_keeps_its_bits();
  the_sign_of_a_zero_stays();
  blocks_and_order_do_not_matter();
  shares_are_the_weights();
  a_profile_is_the_shape_of_the_change();
  bad_columns_keep_to_themselves();
  nothing_to_change_is_unmet();
  what_cancels_is_closed_too();
  not_enforced_is_only_told();
  told_is_told_alike();
  increments_add_to_budgets();
  nothing_is_allocated_twice();
  work_can_be_used_again();
  empty_blocks_are_fine();
  return check_failures();
}
