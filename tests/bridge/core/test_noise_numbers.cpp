// SPDX-License-Identifier: BSD-3-Clause
// The generator against its published answers, the transforms against the functions that they
// invert, and what is drawn against its distribution.
#include <array>
#include <limits>
#include <set>
#include <string>

#include "check.h"
#include "noise/drawing.hpp"
#include "noise/philox.hpp"
#include "noise/quantiles.hpp"
#include "noise_statistics.hpp"

using namespace hyb;

static void philox_gives(PhiloxWords counter, uint64_t key, std::array<uint32_t, 4> expected) {
  const PhiloxWords found = philox(counter, key);
  CHECK((std::array<uint32_t, 4>{found.w0, found.w1, found.w2, found.w3}) == expected);
}

// Known answers of Random123, the authors' own implementation.
static void philox_gives_the_published_answers() {
  constexpr uint32_t ones = 0xffffffff;
  philox_gives({0, 0, 0, 0}, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  philox_gives({ones, ones, ones, ones}, UINT64_MAX,
               {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  philox_gives({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0x299f31d0a4093822,
               {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

static double normal_of(int32_t word) {
  const double q = centred(word);
  return std::fabs(q) > central ? tail_normal(q) : central_normal(q);
}

// An error of x of 1e-15, relative, is one of x^2 1e-15 at most of the part below x, relative:
// 4e-14 where x is 6.3.
static void normal_inverts_the_distribution_function() {
  double worst = 0, before = -10;
  for (int64_t word = INT32_MIN; word <= INT32_MAX; word += 4093) {
    const double x = normal_of(static_cast<int32_t>(word));
    const double part = 0.5 - std::fabs(centred(static_cast<int32_t>(word)));
    worst = std::max(worst, std::fabs(normal_below(-std::fabs(x)) / part - 1));
    CHECK(x > before);
    before = x;
  }
  CHECK(worst < 4e-14);
}

static void normal_is_odd_and_reaches_as_far_as_said() {
  for (const int32_t word : {0, 1, 77777, 1825361100, 1825361101, INT32_MAX - 1, INT32_MAX})
    CHECK_EQ(normal_of(word), -normal_of(-1 - word));
  CHECK(normal_of(INT32_MAX) > 6.33 && normal_of(INT32_MAX) < 6.34);
}

// Within two units in the last place where it is used, of a logarithm that is within one.
static void the_logarithm_is_one() {
  double worst = 0;
  for (double x = 0x1p-33; x < 0.5 - central; x *= 1.00009)
    worst = std::max(worst, std::fabs(plain_log(x) / std::log(x) - 1));
  CHECK(worst <= 0x1p-51);
  CHECK_EQ(plain_log(1), 0);
}

// Numbers of `nrow` rows of the columns 1 to `ncol`, row by row.
static std::vector<double> drawn(uint64_t key, int64_t ncol, int64_t nrow = 1,
                                 Distribution distribution = Distribution::normal) {
  std::vector<double> all(static_cast<size_t>(ncol * nrow));
  Numbers numbers;
  int64_t columns[Numbers::width];
  for (int64_t begin = 0; begin < ncol; begin += Numbers::width) {
    const int64_t count = std::min(Numbers::width, ncol - begin);
    for (int64_t i = 0; i < count; ++i) columns[i] = begin + i + 1;
    for (int64_t row = 0; row < nrow; ++row) {
      draw(key, distribution, row / Numbers::rows, columns, count, numbers);
      std::copy_n(numbers.row[row % Numbers::rows], count,
                  all.begin() + static_cast<std::ptrdiff_t>(row * ncol + begin));
    }
  }
  return all;
}

static std::vector<double> row_of(const std::vector<double> &all, int64_t ncol, int64_t row) {
  const auto first = all.begin() + static_cast<std::ptrdiff_t>(row * ncol);
  return {first, first + static_cast<std::ptrdiff_t>(ncol)};
}

static bool is_standard_normal(const std::vector<double> &x) {
  return moments_score(x) < score_limit && tails_score(x) < score_limit &&
         kolmogorov(probabilities(x)) < kolmogorov_limit;
}

static void numbers_are_standard_normal() {
  const std::vector<double> x = drawn(4711, 250000, 4);
  CHECK(is_standard_normal(x));
  std::vector<double> wider = x, shifted = x;
  for (double &one : wider) one *= 1.01;
  for (double &one : shifted) one += 0.01;
  CHECK(!is_standard_normal(wider));
  CHECK(!is_standard_normal(shifted));
}

static void numbers_are_uniform() {
  const std::vector<double> x = drawn(4711, 250000, 4, Distribution::uniform);
  CHECK(kolmogorov(x) < kolmogorov_limit);
  CHECK(std::fabs(mean_score(x, 0.5, 1 / 12.0, [](double v) { return v; })) < score_limit);
  CHECK(std::fabs(mean_score(x, 1 / 3.0, 4 / 45.0, [](double v) { return v * v; })) < score_limit);
}

static void uniform_numbers_never_reach_the_ends() {
  for (const int32_t word : {INT32_MIN, INT32_MIN + 1, INT32_MAX - 1, INT32_MAX})
    CHECK(static_cast<float>(uniform(word)) > 0 && static_cast<float>(uniform(word)) < 1);
}

static void are_unrelated(const std::vector<double> &x, const std::vector<double> &y) {
  CHECK(correlation_score(x, y) < score_limit);
  CHECK(pairs_score(probabilities(x), probabilities(y)) < score_limit);
}

static void rows_columns_and_keys_are_unrelated() {
  constexpr int64_t ncol = 200000;
  const std::vector<double> all = drawn(1, ncol, 9);
  const std::vector<double> first = row_of(all, ncol, 0);
  for (const int64_t row : {1, 2, 3, 4, 8}) are_unrelated(first, row_of(all, ncol, row));
  for (const std::ptrdiff_t lag : {1, 2, 64, 1000})
    are_unrelated({first.begin(), first.end() - lag}, {first.begin() + lag, first.end()});
  for (const uint64_t key : {uint64_t{2}, uint64_t{3}, uint64_t{1} << 32, ~uint64_t{1}})
    are_unrelated(first, drawn(key, ncol));
  CHECK(correlation_score(first, first) > score_limit);
  CHECK(pairs_score(probabilities(first), probabilities(first)) > score_limit);
}

static std::vector<double> of_step(const NumberSource &source, int64_t step) {
  return drawn(source.key(step), 100000);
}

static void steps_seeds_and_names_are_unrelated() {
  constexpr Distribution normal = Distribution::normal;
  const NumberSource source(0, "a", "b", normal);
  const std::vector<double> x = of_step(source, 1);
  for (const int64_t step : {2, 3, 1000, -1}) are_unrelated(x, of_step(source, step));
  for (const NumberSource &other :
       {NumberSource(1, "a", "b", normal), NumberSource(0, "b", "a", normal),
        NumberSource(0, "a", "c", normal), NumberSource(0, "ab", "", normal)})
    are_unrelated(x, of_step(other, 1));
}

// As sums of keys and counters would: the noise of one step and column that of the next ones.
static void keys_differ() {
  std::set<uint64_t> keys;
  for (int64_t seed = 0; seed < 30; ++seed)
    for (int64_t step = 0; step < 1000; ++step)
      keys.insert(NumberSource(seed, "a", "b", Distribution::normal).key(step));
  CHECK_EQ(keys.size(), size_t{30000});
}

int main() {
  philox_gives_the_published_answers();
  normal_inverts_the_distribution_function();
  normal_is_odd_and_reaches_as_far_as_said();
  the_logarithm_is_one();
  numbers_are_standard_normal();
  numbers_are_uniform();
  uniform_numbers_never_reach_the_ends();
  rows_columns_and_keys_are_unrelated();
  steps_seeds_and_names_are_unrelated();
  keys_differ();
  return check_failures();
}
