// SPDX-License-Identifier: BSD-3-Clause
// Heating that follows from fluxes, whichever way up the host counts.
#include "columns.hpp"

using hyb::Constraints;
using hyb::ConstraintWork;
using std::vector;

constexpr int64_t nlevel = 5;
constexpr double gravity = 9.80665, cp = 1004.64;

static json heating(bool by_pressure) {
  json object = {
      {"kind", "flux_divergence"},
      {"tendency", "heating"},
      {"fluxes",
       {{{"output", "up"}, {"direction", "up"}}, {{"output", "down"}, {"direction", "down"}}}}};
  object[by_pressure ? "thickness" : "measure"] = by_pressure ? "half_pressure" : "mass";
  object["factor"] = by_pressure ? json(gravity / cp) : json("0.0009953814 kg K J-1");
  return object;
}

struct Case {
  Columns columns;
  Constraints constraints;
  ConstraintWork work;

  explicit Case(const json &list, int64_t ncol = 10, int64_t fluxes = nlevel + 1)
      : columns({{"mass", "kg m-2", nlevel}, {"half_pressure", "Pa", nlevel + 1}},
                {{"heating", "K s-1", nlevel}, {"up", "W m-2", fluxes}, {"down", "W m-2", fluxes}},
                ncol),
        constraints(sources(list), columns.fields) {
    columns.put_inputs();
  }
  void apply() { constraints.apply(columns.values, work); }
};

// Fluxes and pressures of a column from the top down, [half level].
static double up(int64_t half) { return 240 + 20 * static_cast<double>(half * half); }
static double down(int64_t half) { return 3 * static_cast<double>(half * half * half); }
static double pressure(int64_t half) { return 1e3 * static_cast<double>(1 + half * half); }

static void fill(Case &one, bool bottom_up) {
  Columns &columns = one.columns;
  columns.values.bottom_up = bottom_up;
  for (int64_t half = 0; half <= nlevel; ++half) {
    const int64_t at = bottom_up ? nlevel - half : half;
    for (int64_t c = 0; c < columns.values.ncol; ++c) {
      columns.output("up").row(at)[c] = up(half);
      columns.output("down").row(at)[c] = down(half);
      columns.values.inputs[0].row(at)[c] = pressure(half);
    }
  }
}

// More arrives from below and above than leaves: it warms. g/cp (F_net(lower) - F_net(upper)) / dp.
static void both_orientations_agree() {
  for (const bool bottom_up : {false, true}) {
    Case one(json::array({heating(true)}));
    fill(one, bottom_up);
    one.apply();
    for (int64_t l = 0; l < nlevel; ++l) {
      const double kept = up(l + 1) - up(l) - (down(l + 1) - down(l));
      const double expected = gravity / cp * kept / (pressure(l + 1) - pressure(l));
      const double found = one.columns.output("heating").row(bottom_up ? nlevel - 1 - l : l)[7];
      CHECK(std::fabs(found - expected) < 1e-14 * std::fabs(expected));
    }
  }
}

// The heat of the layers is what the fluxes at both ends leave.
static void heating_closes_the_column() {
  std::mt19937_64 random(2);
  Case one(json::array({heating(false)}), 70);
  one.columns.fill(one.columns.input("mass"), [&] { return uniform(random, 1, 400); });
  for (const char *flux : {"up", "down"})
    one.columns.fill(one.columns.output(flux), [&] { return uniform(random, 0, 400); });
  one.apply();
  for (int64_t c = 0; c < 70; ++c) {
    const auto net = [&](int64_t half) {
      return one.columns.output("up").row(half)[c] - one.columns.output("down").row(half)[c];
    };
    double sum = 0;
    for (int64_t l = 0; l < nlevel; ++l)
      sum += one.columns.input("mass").row(l)[c] * one.columns.output("heating").row(l)[c];
    CHECK(std::fabs(sum / 0.0009953814 - (net(nlevel) - net(0))) < 1e-10);
  }
}

static void fluxes_are_closed_before() {
  const json balance = {{"kind", "budget"},
                        {"name", "balance"},
                        {"unit", "W m-2"},
                        {"terms",
                         {{{"output", "up"}, {"levels", "top"}},
                          {{"output", "down"}, {"levels", "top"}, {"factor", -1}}}}};
  Case one(json::array({heating(true), balance}));
  fill(one, true);
  one.apply();
  const auto &from = one.columns.output("up"), &to = one.columns.output("down");
  CHECK(std::fabs(from.row(nlevel)[3] - to.row(nlevel)[3]) < 1e-12);
  CHECK_EQ(from.row(0)[3], up(nlevel));
  const double kept =
      from.row(nlevel - 1)[3] - from.row(nlevel)[3] - to.row(nlevel - 1)[3] + to.row(nlevel)[3];
  const double expected = gravity / cp * kept / (pressure(1) - pressure(0));
  CHECK(std::fabs(one.columns.output("heating").row(nlevel - 1)[3] - expected) <
        1e-13 * std::fabs(expected));
}

static void bad_columns_are_left_alone() {
  Case one(json::array({heating(true)}), 67);
  fill(one, false);
  one.columns.values.inputs[0].row(2)[4] = 0;  // pressures that do not grow
  one.columns.output("up").row(1)[65] = std::nan("");
  one.columns.values.rejected[9] = 1;
  one.columns.fill(one.columns.output("heating"), [] { return 42; });
  one.apply();
  for (int64_t c = 0; c < 67; ++c) {
    const bool kept = c == 4 || c == 9 || c == 65;
    CHECK_EQ(one.columns.output("heating").row(0)[c] == 42, kept);
    CHECK_EQ(one.work.unmet[static_cast<size_t>(c)], c == 4 || c == 65 ? 1 : 0);
  }
}

static void wrong_levels_are_told() {
  Case one(json::array({heating(true)}), 3, nlevel);
  try {
    one.apply();
    CHECK(!"refused");
  } catch (const hyb::Error &error) {
    CHECK_EQ(error.status(), HYB_ERROR_SHAPE);
    CHECK_HAS(error.what(), "levels of 'up': expected 6, found 5");
  }
}

int main() {
  both_orientations_agree();
  heating_closes_the_column();
  fluxes_are_closed_before();
  bad_columns_are_left_alone();
  wrong_levels_are_told();
  return check_failures();
}
