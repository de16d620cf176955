// SPDX-License-Identifier: BSD-3-Clause
// The Kalman filter against the textbook's scalar one, sample by sample in information form, and
// its behaviour at the ends.
#include "synthetic.hpp"

using nlohmann::json;

// One value by step, at all columns and levels.
struct Sampling {
  Model model;
  explicit Sampling(const json &options)
      : model(configured("kalman", options), in_order(), [](const Point &) { return 0; }) {}

  // `values` in the first columns, of all levels.
  void learn(double days, const std::vector<double> &values) {
    model.clock = {1, "", dt, days * 86400};
    Arrays arrays;
    hyb::Samples samples;
    samples.clock = &model.clock;
    samples.wanted = arrays.add(nlevel, ncolumn);
    for (size_t i = 0; i < values.size(); ++i) {
      samples.columns.push_back(static_cast<int64_t>(i));
      for (int64_t level = 0; level < nlevel; ++level) samples.wanted.row(level)[i] = values[i];
    }
    model.learn(samples);
  }
  double known(const char *name, size_t row = 0) const {
    return const_cast<Model &>(model).hook().describe()["rows"][row][name].get<double>();
  }
};

static bool close(double a, double b, double relative) {
  return std::abs(a - b) <= relative * std::max(std::abs(a), std::abs(b));
}

static void agrees_with_the_textbook() {
  Sampling sampling({{"initial", "2 K day-1"}, {"drift", "0.3 K day-1"}, {"error", "0.7 K day-1"}});
  double bias = 0, variance = 4, last = 0.5;
  for (int k = 0; k < 40; ++k) {
    const double days = 0.5 + 0.25 * k * (1 + k % 3);
    std::vector<double> values;
    for (int i = 0; i < 1 + k % 5; ++i) values.push_back(1 + noise(5, k, i, 0));
    sampling.learn(days, values);
    variance += 0.3 * 0.3 * std::max(0.0, days - last);
    for (const double value : values) {  // one at a time, by precisions
      const double precision = 1 / variance + 1 / (0.7 * 0.7);
      bias = (bias / variance + value / (0.7 * 0.7)) / precision;
      variance = 1 / precision;
    }
    last = days;
    // A few roundings of each of 40 updates.
    CHECK(close(sampling.known("bias"), bias, 1e-12));
    CHECK(close(sampling.known("variance"), variance, 1e-12));
    CHECK_EQ(sampling.known("estimate"), sampling.known("bias"));
  }
}

// The error of a sample is that of the samples of the bin.
static void finds_the_error_itself() {
  Sampling sampling({{"initial", "2 K day-1"}, {"drift", "0 K day-1"}});
  std::vector<double> values;
  for (int i = 0; i < ncolumn; ++i) values.push_back(1 + 0.5 * noise(6, i, 0, 0));
  const double n = static_cast<double>(ncolumn);
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double variance = 0;
  for (const double value : values) variance += (value - mean) * (value - mean) / (n - 1);
  sampling.learn(1, values);
  CHECK(close(sampling.known("error"), std::sqrt(variance), 1e-12));
  CHECK(close(sampling.known("variance"), 1 / (1 / 4.0 + n / variance), 1e-12));
  CHECK(close(sampling.known("bias"), mean * 4 / (4 + variance / n), 1e-12));
}

static void one_sample_tells_no_error() {
  Sampling sampling({{"initial", "2 K day-1"}, {"drift", "0.1 K day-1"}});
  sampling.learn(1, {5});
  CHECK_EQ(sampling.known("bias"), 0);
  CHECK_EQ(sampling.known("variance"), 4);
  sampling.learn(2, {5.5});
  CHECK(sampling.known("bias") > 4 && sampling.known("bias") < 5.5);
}

// Neither an error nor a drift: the first mean is certain, and nothing divides by 0.
static void certainty_is_harmless() {
  Sampling sampling({{"initial", "2 K day-1"}, {"drift", "0 K day-1"}});
  for (int k = 1; k < 4; ++k) sampling.learn(k, {3, 3});
  CHECK_EQ(sampling.known("bias"), 3);
  CHECK_EQ(sampling.known("variance"), 0);
}

static void follows_what_drifts() {
  Sampling still({{"initial", "1 K day-1"}, {"drift", "0 K day-1"}, {"error", "1 K day-1"}});
  Sampling moving({{"initial", "1 K day-1"}, {"drift", "0.5 K day-1"}, {"error", "1 K day-1"}});
  for (int k = 0; k < 200; ++k)
    for (Sampling *one : {&still, &moving}) one->learn(k, {k < 100 ? 0.0 : 2.0});
  CHECK(moving.known("bias") > 1.95);
  CHECK(still.known("bias") < 1.1);
}

int main() {
  agrees_with_the_textbook();
  finds_the_error_itself();
  one_sample_tells_no_error();
  certainty_is_harmless();
  follows_what_drifts();
  return check_failures();
}
