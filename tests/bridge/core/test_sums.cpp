// SPDX-License-Identifier: BSD-3-Clause
// Sums of one process: exact, whatever the order, over all exponents; and what is refused.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "check.h"
#include "environment.hpp"
#include "error.hpp"
#include "reproducible_sums.hpp"

__extension__ typedef __int128 Wide;

using Values = std::vector<double>;

static const hyb::Communicator &alone() {
  static const hyb::Communicator one{hyb_host{}};
  return one;
}

static double sum_of(const Values &values) {
  return hyb::reproducible_sums(alone(), 1, [&](hyb::Adder &adder) {
    for (const double value : values) adder.add(0, value);
  })[0];
}

static bool same_bits(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0; }

// Whole numbers of 53 bits at places up to 30 bits apart: their sum is exact in 128 bits.
static void is_exact_and_of_any_order() {
  std::mt19937_64 random(1);
  constexpr int n = 10000, places = 30, scale = -40;
  Values values;
  Wide exact = 0;
  for (int i = 0; i < n; ++i) {
    const int64_t whole = static_cast<int64_t>(random()) >> 11;
    const int place = static_cast<int>(random() % (places + 1));
    values.push_back(std::ldexp(static_cast<double>(whole), place + scale));
    exact += static_cast<Wide>(whole) * (int64_t{1} << place);
  }
  const double expected = std::ldexp(static_cast<double>(exact), scale);
  for (int i = 0; i < 5; ++i) {
    CHECK(same_bits(sum_of(values), expected));
    std::shuffle(values.begin(), values.end(), random);
  }
}

static double sum_at_once(const Values &values) {
  return hyb::reproducible_sums(alone(), 1, [&](hyb::Adder &adder) {
    adder.add(0, values.data(), static_cast<int64_t>(values.size()));
  })[0];
}

// Of any exponents and numbers of values, also such as are no multiple of a vector.
static void several_at_once_have_the_bits_of_single_ones() {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> fraction(-1, 1);
  for (const int range : {0, 20, 100, 1000})
    for (const size_t n : {size_t{0}, size_t{1}, size_t{7}, size_t{8}, size_t{1001}}) {
      Values values(n);
      for (double &value : values)
        value = std::ldexp(fraction(random), static_cast<int>(random() % (range + 1)) - range);
      CHECK(same_bits(sum_at_once(values), sum_of(values)));
    }
  constexpr double least = std::numeric_limits<double>::denorm_min();
  constexpr double most = std::numeric_limits<double>::max();
  for (const Values &values : {Values{0, -0.0, 0}, Values{least, least, -5 * least},
                               Values{most, -most, 1}, Values{least, most}})
    CHECK(same_bits(sum_at_once(values), sum_of(values)));
}

static void one_that_is_not_finite_makes_the_sum_nan() {
  for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL})
    for (size_t place = 0; place < 19; ++place) {
      Values values(19, 1.0);
      values[place] = bad;
      CHECK(std::isnan(sum_at_once(values)));
    }
}

// Where values are below 2^-84 of the largest, the sum is no longer exact but still of any order.
static void is_of_any_order_over_all_exponents() {
  std::mt19937_64 random(2);
  std::uniform_real_distribution<double> exponent(-1074, 1000), fraction(-1, 1);
  Values values(5000);
  for (double &value : values)
    value = std::ldexp(fraction(random), static_cast<int>(exponent(random)));
  const double expected = sum_of(values);
  for (int i = 0; i < 5; ++i) {
    std::shuffle(values.begin(), values.end(), random);
    CHECK(same_bits(sum_of(values), expected));
  }
}

static void holds_at_the_ends_of_the_range() {
  constexpr double least = std::numeric_limits<double>::denorm_min(),
                   most = std::numeric_limits<double>::max(),
                   infinity = std::numeric_limits<double>::infinity();
  CHECK(same_bits(sum_of({}), 0.0));
  CHECK(same_bits(sum_of({-0.0, -0.0}), 0.0));
  CHECK(same_bits(sum_of({least, least, least}), 3 * least));
  CHECK(same_bits(sum_of({most, most, -most}), most));
  CHECK(same_bits(sum_of({most, most}), infinity));
  CHECK(same_bits(sum_of({1e308, 1, -1e308}), 0.0));  // 1 is below 2^-84 of it
  CHECK(same_bits(sum_of({std::ldexp(1.0, 80), 1, -std::ldexp(1.0, 80)}), 1.0));
  CHECK(std::isnan(sum_of({1, infinity, 2})));
  CHECK(std::isnan(sum_of({1, std::nan(""), infinity})));
}

// More terms of the largest size than one word of 40 bits would hold.
static void does_not_overflow() {
  constexpr int64_t n = int64_t{1} << 23;
  const double value = std::nextafter(1.0, 0.0);
  const auto give = [&](hyb::Adder &adder) {
    for (int64_t i = 0; i < n; ++i) adder.add(0, value);
  };
  CHECK_EQ(hyb::reproducible_sums(alone(), 1, give)[0], std::ldexp(value, 23));
  CHECK_EQ(sum_at_once(Values(n, value)), std::ldexp(value, 23));
}

static void sums_are_apart() {
  const Values totals = hyb::reproducible_sums(alone(), 3, [](hyb::Adder &adder) {
    CHECK_EQ(adder.size(), 3u);
    adder.add(2, 1e300);
    adder.add(0, 1);
    adder.add(0, std::ldexp(1.0, -60));
    adder.add(2, std::nan(""));
  });
  CHECK_EQ(totals[0], 1.0);
  CHECK_EQ(totals[1], 0.0);
  CHECK(std::isnan(totals[2]));
}

// Under flush-to-zero and upward rounding the bits are the same.
static void does_not_depend_on_the_environment() {
  const Values values = {5e-324, 1e-310, 0.1, 0.2, 0.3};
  const double expected = sum_of(values), denormal = sum_of({5e-324, 1e-310});
  const LegacyHost host;
  CHECK(same_bits(sum_of(values), expected));
  CHECK(same_bits(sum_of({5e-324, 1e-310}), denormal));
}

static int32_t refused_with(const std::function<void(hyb::Adder &)> &give, const char *word) {
  try {
    hyb::reproducible_sums(alone(), 2, give);
  } catch (const hyb::Error &error) {
    CHECK_HAS(error.what(), word);
    return error.status();
  }
  return HYB_OK;
}

static void refuses() {
  CHECK_EQ(refused_with([](hyb::Adder &adder) { adder.add(2, 1.0); }, "below 2"),
           HYB_ERROR_INTERNAL);
  for (const double second : {4.0, std::nan("")}) {
    double value = 0.5;
    const auto changing = [&](hyb::Adder &adder) {
      adder.add(0, value);
      value = second;
    };
    CHECK_EQ(refused_with(changing, "the first time"), HYB_ERROR_INTERNAL);
    Values several = {0.5, 0.25};
    const auto changing_some = [&](hyb::Adder &adder) {
      adder.add(0, several.data(), 2);
      several[1] = second;
    };
    CHECK_EQ(refused_with(changing_some, "the first time"), HYB_ERROR_INTERNAL);
  }
  const auto failing = [](hyb::Adder &) { hyb::fail(HYB_ERROR_GUARD, "of its own"); };
  CHECK_EQ(refused_with(failing, "of its own"), HYB_ERROR_GUARD);
}

int main() {
  is_exact_and_of_any_order();
  is_of_any_order_over_all_exponents();
  holds_at_the_ends_of_the_range();
  does_not_overflow();
  several_at_once_have_the_bits_of_single_ones();
  one_that_is_not_finite_makes_the_sum_nan();
  sums_are_apart();
  does_not_depend_on_the_environment();
  refuses();
  return check_failures();
}
