// SPDX-License-Identifier: BSD-3-Clause
// Whether numbers are what they should be drawn from. Each statistic comes as a score that is
// standard normal, for many numbers, if they are. A limit of 5 has a false-alarm rate of 6e-7;
// seeds are fixed, so a test that passes once always passes.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

constexpr double score_limit = 5;

inline double normal_below(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

// Of the mean of f(x) against what it should be.
template <class Function>
double mean_score(const std::vector<double> &x, double mean, double variance, Function &&f) {
  double sum = 0;
  for (const double one : x) sum += f(one) - mean;
  return sum / std::sqrt(variance * static_cast<double>(x.size()));
}

// The largest of the first four moments' scores; the variance of x^n is E x^2n - (E x^n)^2.
inline double moments_score(const std::vector<double> &x) {
  const double scores[] = {mean_score(x, 0, 1, [](double v) { return v; }),
                           mean_score(x, 1, 2, [](double v) { return v * v; }),
                           mean_score(x, 0, 15, [](double v) { return v * v * v; }),
                           mean_score(x, 3, 96, [](double v) { return v * v * v * v; })};
  double worst = 0;
  for (const double score : scores) worst = std::max(worst, std::fabs(score));
  return worst;
}

// How many lie below each of some limits on either side.
inline double tails_score(const std::vector<double> &x) {
  double worst = 0;
  for (const double limit : {2.0, 3.0, 4.0})
    for (const double side : {-1.0, 1.0}) {
      const double p = normal_below(-limit);
      const auto beyond = [&](double v) { return side * v > limit ? 1.0 : 0.0; };
      worst = std::max(worst, std::fabs(mean_score(x, p, p * (1 - p), beyond)));
    }
  return worst;
}

// Of numbers of mean 0 and variance 1 that should have nothing to do with each other.
inline double correlation_score(const std::vector<double> &x, const std::vector<double> &y) {
  double sum = 0;
  for (size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
  return std::fabs(sum) / std::sqrt(static_cast<double>(x.size()));
}

// Kolmogorov's sqrt(n) D, of probabilities that should be uniform. Above d it is with a probability
// of 2 exp(-2 d^2): 4e-7 for the limit.
constexpr double kolmogorov_limit = 2.77;
inline double kolmogorov(std::vector<double> p) {
  std::sort(p.begin(), p.end());
  double distance = 0;
  const double n = static_cast<double>(p.size());
  for (size_t i = 0; i < p.size(); ++i) {
    const double at = static_cast<double>(i) / n;
    distance = std::max({distance, p[i] - at, at + 1 / n - p[i]});
  }
  return distance * std::sqrt(n);
}

// Pearson's chi-squared of pairs of probabilities on a grid of 16 by 16, less its mean, over its
// standard deviation.
inline double pairs_score(const std::vector<double> &p, const std::vector<double> &q) {
  constexpr size_t cells = 16;
  std::vector<double> count(cells * cells, 0);
  for (size_t i = 0; i < p.size(); ++i)
    ++count[static_cast<size_t>(p[i] * cells) * cells + static_cast<size_t>(q[i] * cells)];
  const double expected = static_cast<double>(p.size()) / (cells * cells);
  double sum = 0;
  for (const double one : count) sum += (one - expected) * (one - expected) / expected;
  constexpr double freedom = cells * cells - 1;
  return (sum - freedom) / std::sqrt(2 * freedom);
}

inline std::vector<double> probabilities(std::vector<double> x) {
  for (double &one : x) one = normal_below(one);
  return x;
}
