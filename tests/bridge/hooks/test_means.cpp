// SPDX-License-Identifier: BSD-3-Clause
// Moments and running means against sums over all samples with their weights, in long double.
#include <array>

#include "hooks/moments.hpp"
#include "memory.hpp"

using nlohmann::json;

struct Sample {
  double time;
  std::array<double, 2> values;
};

// Sums with the weights of their age, at the time of the last sample.
static long double weighted(const std::vector<Sample> &samples, double scale,
                            const std::function<long double(const Sample &)> &of) {
  long double sum = 0, weights = 0;
  for (const Sample &sample : samples) {
    const long double weight = std::exp(
        static_cast<long double>(sample.time - samples.back().time) / scale);
    sum += weight * of(sample);
    weights += weight;
  }
  return sum / weights;
}

static void moments_are_weighted_by_age(double offset, double tolerance) {
  constexpr double scale = 5;
  hyb::Moments moments(2, scale);
  moments.resize(1);
  std::vector<Sample> all;
  std::array<double, 6> sums, addends;
  double time = 0;
  for (uint64_t batch = 0; batch < 60; ++batch) {
    sums.fill(0);
    time += 0.3 * static_cast<double>(1 + batch % 3);
    for (uint64_t i = 0; i < 1 + batch % 4; ++i) {
      const double a = noise(1, batch, i, 0), b = 0.5 * a + noise(2, batch, i, 0);
      all.push_back({time, {offset + a, b}});
      moments.addends(0, all.back().values.data(), addends.data());
      for (size_t q = 0; q < sums.size(); ++q) sums[q] += addends[q];
    }
    moments.merge(0, sums.data(), 1, time);
  }
  std::array<long double, 2> mean;
  for (size_t v = 0; v < 2; ++v) {
    mean[v] = weighted(all, scale, [v](const Sample &s) { return s.values[v]; });
    CHECK(std::abs(moments.mean(static_cast<int64_t>(v), 0) - mean[v]) <
          tolerance * (1 + std::abs(mean[v])));
  }
  const double n = static_cast<double>(all.size());
  CHECK_EQ(moments.count(0), n);
  for (size_t v = 0; v < 2; ++v)
    for (size_t u = 0; u <= v; ++u) {
      const long double product = weighted(all, scale, [&](const Sample &s) {
        return (s.values[v] - mean[v]) * (s.values[u] - mean[u]);
      });
      const double found = moments.covariance(static_cast<int64_t>(v), static_cast<int64_t>(u), 0);
      CHECK(std::abs(found - product * n / (n - 1)) < tolerance);
    }
}

// The time between updates counts, not their number: twice as many at the same values change
// nothing.
static void the_cadence_does_not_matter() {
  const auto planted = [](const Point &p) { return 0.1 * static_cast<double>(p.step); };
  std::vector<double> first;
  for (const int64_t often : {1, 2}) {
    Model model(configured("running_mean", {{"time_scale", "2 days"}}), in_order(), planted);
    for (int64_t step = 1; step <= 40; ++step) {
      model.step(step, true);
      for (int64_t again = 1; again < often; ++again) model.learn();
    }
    const std::vector<double> added = model.step(41, false);
    if (often == 1) first = added;
    for (size_t i = 0; i < added.size(); ++i) CHECK(std::abs(added[i] - first[i]) < 1e-12);
  }
}

// A constant is known from the first sample on, whatever the time scale, and kept for ever.
static void young_means_have_no_bias() {
  for (const char *scale : {"1 s", "1 h", "10000 days"}) {
    Model model(configured("running_mean", {{"time_scale", scale}}), in_order(),
                [](const Point &) { return -0.75; });
    model.step(1, true);
    model.step(2, true);
    model.step(3, true);
    for (const int64_t step : {4, 2000})
      for (const double added : model.step(step, false)) CHECK(std::abs(added - 0.75) < 1e-14);
  }
}

// Of the day, between the middles of the bins.
static void estimates_are_continuous_in_time() {
  const auto planted = [](const Point &p) { return std::cos(2 * pi * p.local()); };
  Model model(configured("running_mean", {{"bins_per_day", 8}}), in_order(), planted);
  for (int64_t step = 1; step <= 80; ++step) model.step(step, true);
  Arrays arrays;
  hyb::BlockValues values;
  const hyb::Grid grid = in_order().grid();
  values.ncol = 1;
  values.clock = &model.clock;
  values.grid = &grid;
  std::vector<uint8_t> veto(1, 0);
  double last = 0;
  for (int minute = 0; minute <= 1440; ++minute) {
    char date[32];
    std::snprintf(date, sizeof date, "2000-03-01T%02d:%02d:00", minute % 1440 / 60, minute % 60);
    model.clock.date = date;
    std::vector<hyb::FieldValues> increments = {arrays.add(nlevel, 1)};
    model.hook().apply(values, increments, veto);
    const double added = *increments[0].data;
    if (minute > 0) CHECK(std::abs(added - last) < 1.1 * 2 * pi / 1440);
    CHECK(std::abs(added + std::cos(2 * pi * minute / 1440.0)) < 0.45);
    last = added;
  }
}

int main() {
  moments_are_weighted_by_age(0, 1e-14);
  moments_are_weighted_by_age(1e5, 1e-9);  // eps 1e5^2 / eps of the first batch, around no mean yet
  the_cadence_does_not_matter();
  young_means_have_no_bias();
  estimates_are_continuous_in_time();
  return check_failures();
}
