// SPDX-License-Identifier: BSD-3-Clause
// The loops of constraints: all instruction sets that this CPU has give the bits of the plain one.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "columns.hpp"
#include "constraints/projection_loops.hpp"

using namespace hyb;
using std::vector;

struct alignas(64) Row {
  double lane[lanes];
};

// Two groups, the second with bounds and two measures, in three budgets.
struct Problem {
  static constexpr int64_t n = 9;
  vector<Row> from, x, start, y, measure, other, profile, least, most, target, terms, imbalance, memory;
  double factor_first[3] = {2, 0, -1}, factor_second[6] = {1, 0.5, 3, 0, 0, -2};
  double tolerance[3] = {1e-14, 1e-14, 1e-14};
  uint8_t marks[3] = {1, 2, 3};
  RowGroup groups[2] = {};
  uint8_t idle[lanes] = {0, 0, 1}, unmet[lanes] = {};

  explicit Problem(uint64_t seed) {
    std::mt19937_64 random(seed);
    const auto made = [&](vector<Row> &rows, int64_t count, double from, double to) {
      rows.resize(static_cast<size_t>(count));
      for (Row &row : rows)
        for (double &value : row.lane) value = uniform(random, from, to);
    };
    made(from, 2 * n, -1, 1), made(x, 2 * n, 0, 0), made(start, 2 * n, 0, 0);
    made(y, 2 * n, 0, 0), made(measure, n, 1, 9), made(other, n, 1, 3);
    made(profile, n, 0, 2), made(least, n, -1, -0.3), made(most, n, 0.3, 1);
    made(target, 3, -1, 1), made(terms, 3, 0, 0), made(imbalance, 3, 0, 0);
    memory.resize(static_cast<size_t>(projection_memory(2, 2)) / lanes);
    const auto rows = [](const vector<Row> &of) { return LaneRows{of[0].lane, lanes}; };
    for (int64_t g : {0, 1}) {
      const auto first = static_cast<size_t>(g * n);
      RowGroup &group = groups[g];
      group.from = {from[first].lane, lanes};
      group.x = x[first].lane, group.y = y[first].lane, group.start = start[first].lane;
      group.y_step = lanes;
      group.mark = static_cast<uint8_t>(8 + g);
      group.nrow = n;
      group.measure[0] = rows(measure), group.measure[1] = rows(other);
      group.nmeasure = g + 1;
      group.profile = rows(profile);
      group.weight = g ? 0.3 : 1;
      group.owner = g;
      group.factor = g ? factor_second : factor_first;
    }
    groups[1].bounded = true;
    groups[1].least = rows(least), groups[1].most = rows(most);
  }

  void project(const ProjectionLoops &loops) {
    const ProjectionProblem problem = {groups, 2,    3,         2,
                                       marks,  true, tolerance, memory[0].lane};
    loops.project(problem, {target[0].lane, terms[0].lane, idle}, {imbalance[0].lane, unmet});
  }

  bool same_as(const Problem &other_one) const {
    bool same = !std::memcmp(unmet, other_one.unmet, lanes);
    for (int64_t i = 0; i < lanes; ++i)
      for (size_t r = 0; r < y.size() && !unmet[i] && !idle[i]; ++r)
        same &= !std::memcmp(&y[r].lane[i], &other_one.y[r].lane[i], sizeof(double));
    return same;
  }
};

static void projections_agree() {
  int met = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    Problem expected(seed);
    expected.project(**usable_projection_loops());
    for (const uint8_t mark : expected.unmet) met += !mark;
    for (const ProjectionLoops *const *loops = usable_projection_loops(); *loops; ++loops) {
      Problem found(seed);
      found.project(**loops);
      if (!found.same_as(expected))
        std::fprintf(stderr, "%s, seed %d\n", (*loops)->name, int(seed));
      CHECK(found.same_as(expected));
    }
  }
  CHECK(met > 800);
}

// Of 11 columns, some of them not finite or not above 0.
struct Gathered {
  vector<Row> rows{10};
  uint8_t bad[lanes] = {};

  Gathered(const ProjectionLoops &loops, const vector<double> &host, int64_t n, Feed feed,
           bool positive) {
    const bool any = loops.gather(host.data(), 11, 10, n, feed, positive, rows[0].lane, bad);
    CHECK_EQ(any, std::count(bad, bad + lanes, 1) > 0);
  }
};

static void rows_agree() {
  std::mt19937_64 random(9);
  vector<double> host(12 * 11);
  for (double &value : host) value = random() % 40 ? 1 + random() % 5 : std::nan("");
  for (const int64_t n : {1, 3, 8})
    for (const Feed feed : {Feed::plain, Feed::size, Feed::thickness})
      for (const bool positive : {false, true}) {
        const Gathered expected(**usable_projection_loops(), host, n, feed, positive);
        for (const ProjectionLoops *const *loops = usable_projection_loops(); *loops; ++loops) {
          const Gathered found(**loops, host, n, feed, positive);
          CHECK(!std::memcmp(found.rows.data(), expected.rows.data(), sizeof(Row) * 10));
          CHECK(!std::memcmp(found.bad, expected.bad, lanes));
        }
      }
}

// Those of the block are as they were, the last one follows.
static void rows_keep_their_bits() {
  for (const ProjectionLoops *const *loops = usable_projection_loops(); *loops; ++loops)
    for (const int64_t n : {1, 3, 8}) {
      vector<double> host(10 * 11, -0.0);
      host[4 * 11] = 1;
      const Gathered found(**loops, host, n, Feed::plain, false);
      for (size_t row = 0; row < 10; ++row)
        for (size_t i = 0; i < lanes; ++i) {
          const size_t column = std::min(i, static_cast<size_t>(n - 1));
          CHECK(!std::memcmp(&found.rows[row].lane[i], &host[row * 11 + column], sizeof(double)));
        }
    }
}

// In every instruction set, whether a column of one value can be worked with.
static void bad_values_are_found() {
  constexpr double least = 5e-324, inf = HUGE_VAL;
  const struct {
    double value;
    bool finite, positive;
  } cases[] = {{1, true, true},          {least, true, true},     {1.7976931348623157e308, true, true},
               {0, true, false},         {-0.0, true, false},     {-least, true, false},
               {-1e300, true, false},    {inf, false, false},     {-inf, false, false},
               {NAN, false, false},      {-NAN, false, false}};
  for (const ProjectionLoops *const *loops = usable_projection_loops(); *loops; ++loops)
    for (const auto &one : cases)
      for (const bool positive : {false, true}) {
        vector<double> host(10 * 11, 1);
        host[4 * 11 + 5] = one.value;
        const Gathered found(**loops, host, lanes, Feed::plain, positive);
        const bool bad = positive ? !one.positive : !one.finite;
        for (int64_t i = 0; i < lanes; ++i) CHECK_EQ(found.bad[i], i == 5 && bad);
      }
}

// Of 27 columns of a layer, some without mass; half levels that grow or fall.
static vector<double> divided(const ProjectionLoops &loops, bool by_half_levels) {
  std::mt19937_64 random(6);
  double row[6][27];
  for (auto &one : row)
    for (double &value : one) value = random() % 5 ? normal(random) : 0;
  const Layer half = {nullptr, row[0], row[1], row[2], row[3]};
  const Layer whole = {row[0], nullptr, nullptr, nullptr, nullptr};
  vector<double> sum(27, 0.1);
  loops.add_difference(row[4], row[5], 27, sum.data());
  loops.divide(by_half_levels ? half : whole, 0.3, 27, sum.data());
  for (double &value : sum) value = std::isnan(value) ? -99 : value;
  for (size_t c = 0; c < 27; ++c) {
    const double step = row[1][c] - row[0][c];
    const double size = !by_half_levels ? row[0][c] : row[3][c] > row[2][c] ? step : -step;
    const double expected = 0.3 * (0.1 + (row[4][c] - row[5][c])) / size;
    CHECK_EQ(sum[c], size > 0 ? expected : -99);
  }
  return sum;
}

static void layers_agree() {
  for (const bool by_half_levels : {false, true})
    for (const ProjectionLoops *const *loops = usable_projection_loops(); *loops; ++loops)
      CHECK(divided(**loops, by_half_levels) ==
            divided(**usable_projection_loops(), by_half_levels));
}

// Lanes that are idle, bad or unmet keep what they had, bit by bit; so does what need not change.
static void lanes_are_left_alone() {
  int unmet = 0;
  for (const ProjectionLoops *const *loops = usable_projection_loops(); *loops; ++loops)
    for (uint64_t seed = 0; seed < 50; ++seed) {
      Problem problem(seed);
      problem.from[3].lane[0] = std::nan("");
      problem.from[12].lane[1] = -HUGE_VAL;
      problem.from[12].lane[2] = std::nan("");
      for (Row &row : problem.profile) row.lane[3] = 0;
      problem.from[4].lane[3] = -0.0;
      problem.project(**loops);
      CHECK(problem.unmet[0] == 8 && problem.unmet[1] == 9 && problem.unmet[2] == 0);
      CHECK(problem.idle[0] && problem.idle[1] && problem.idle[2] && !problem.idle[4]);
      for (size_t lane = 0; lane < lanes; ++lane) {
        if (!problem.unmet[lane] && lane != 2) continue;
        unmet += problem.unmet[lane] < 8;
        for (size_t r = 0; r < problem.y.size(); ++r)
          CHECK(!std::memcmp(&problem.y[r].lane[lane], &problem.from[r].lane[lane], sizeof(double)));
      }
      CHECK(std::signbit(problem.y[4].lane[3]));
    }
  CHECK(unmet > 100);
}

int main() {
  CHECK_EQ(std::string((*usable_projection_loops())->name), "projection_plain");
  projections_agree();
  rows_agree();
  rows_keep_their_bits();
  bad_values_are_found();
  layers_agree();
  lanes_are_left_alone();
  return check_failures();
}
