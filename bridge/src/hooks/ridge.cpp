// SPDX-License-Identifier: BSD-3-Clause
#include "hooks/ridge.hpp"

#include <cmath>

namespace hyb {
namespace {

constexpr int64_t most = Moments::most_variables;
// Of a mean: deviations below it are the rounding of real32, not a signal.
constexpr double rounding = 3e-7;
// Pivots of a matrix of correlations below it: a predictor that the ones before it make up.
constexpr double dependent = 1e-10;

using Vector = std::array<double, most>;
using Matrix = std::array<Vector, most>;

double deviation_of(const Moments &moments, int64_t variable, int64_t cell) {
  const double deviation = std::sqrt(moments.covariance(variable, variable, cell));
  return deviation > rounding * std::abs(moments.mean(variable, cell)) ? deviation : 0;
}

// L D L^T in place of the lower triangle. A row whose pivot vanishes becomes 0, and so does its
// unknown.
void factorise(Matrix &a, Vector &pivot, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < i; ++j) {
      for (size_t k = 0; k < j; ++k) a[i][j] -= a[i][k] * pivot[k] * a[j][k];
      a[i][j] = pivot[j] > 0 ? a[i][j] / pivot[j] : 0;
    }
    pivot[i] = a[i][i];
    for (size_t k = 0; k < i; ++k) pivot[i] -= a[i][k] * a[i][k] * pivot[k];
    if (!(pivot[i] > dependent)) pivot[i] = 0;
  }
}

void substitute(const Matrix &a, const Vector &pivot, Vector &x, size_t n) {
  for (size_t i = 0; i < n; ++i)
    for (size_t k = 0; k < i; ++k) x[i] -= a[i][k] * x[k];
  for (size_t i = 0; i < n; ++i) x[i] = pivot[i] > 0 ? x[i] / pivot[i] : 0;
  for (size_t i = n; i-- > 0;)
    if (pivot[i] > 0)
      for (size_t k = i + 1; k < n; ++k) x[i] -= a[k][i] * x[k];
}

}  // namespace

// (R + penalty I) x = r, R the correlations of the predictors, r their covariances, in units of
// their deviations, with what was wanted.
Ridge::Solution Ridge::solve(const Moments &moments, int64_t cell) const {
  const size_t n = predictors_.size();
  const int64_t wanted = static_cast<int64_t>(n);
  Solution solution{};
  Matrix a{};
  Vector pivot{}, scale{};
  for (size_t i = 0; i < n; ++i) {
    solution.deviation[i] = deviation_of(moments, static_cast<int64_t>(i), cell);
    scale[i] = solution.deviation[i] > 0 ? 1 / solution.deviation[i] : 0;
    for (size_t j = 0; j < i; ++j)
      a[i][j] = moments.covariance(static_cast<int64_t>(i), static_cast<int64_t>(j), cell) *
                scale[i] * scale[j];
    a[i][i] = scale[i] > 0 ? 1 + penalty_ : 0;
    solution.slope[i] = moments.covariance(static_cast<int64_t>(i), wanted, cell) * scale[i];
  }
  factorise(a, pivot, n);
  substitute(a, pivot, solution.slope, n);
  return solution;
}

void Ridge::estimate(const Moments &moments, int64_t cell, Estimates &estimates) const {
  if (moments.count(cell) < least_samples_) return;
  const Solution solution = solve(moments, cell);
  const int64_t n = static_cast<int64_t>(predictors_.size());
  for (int64_t j = 0; j < n; ++j) {
    const double deviation = solution.deviation[static_cast<size_t>(j)];
    const double scale = deviation > 0 ? 1 / deviation : 0;
    estimates.set(j, cell, {moments.mean(j, cell), scale, solution.slope[static_cast<size_t>(j)]});
  }
  estimates.set(cell, moments.mean(n, cell));
}

// Slopes in units of what was wanted by units of the predictor.
nlohmann::json Ridge::describe(const Moments &moments, int64_t cell) const {
  nlohmann::json slopes = nlohmann::json::object();
  const Solution solution = solve(moments, cell);
  for (size_t j = 0; j < predictors_.size(); ++j)
    slopes["slope of " + predictors_[j]] =
        solution.deviation[j] > 0 ? solution.slope[j] / solution.deviation[j] : 0.0;
  return slopes;
}

}  // namespace hyb
