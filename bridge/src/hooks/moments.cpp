// SPDX-License-Identifier: BSD-3-Clause
#include "hooks/moments.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace hyb {
namespace {

int64_t pair_of(int64_t i, int64_t j) { return i * (i + 1) / 2 + j; }

}  // namespace

void Moments::resize(int64_t ncell) {
  const size_t n = static_cast<size_t>(ncell);
  weight_.assign(n, 0);
  count_.assign(n, 0);
  time_.assign(n, 0);
  mean_.assign(n * static_cast<size_t>(nvariable_), 0);
  products_.assign(n * static_cast<size_t>(npair()), 0);
}

void Moments::addends(int64_t cell, const double *values, double *sums) const {
  sums[0] = 1;
  double *deviations = sums + 1, *products = deviations + nvariable_;
  for (int64_t i = 0; i < nvariable_; ++i) {
    deviations[i] = values[i] - mean(i, cell);
    for (int64_t j = 0; j <= i; ++j) products[pair_of(i, j)] = deviations[i] * deviations[j];
  }
}

double Moments::age(int64_t cell, double now) const {
  return count(cell) > 0 ? std::max(0.0, now - time_[at(cell)]) : 0;
}

// Of a batch of n samples around d, of the old ones W around 0: the products around the common mean
// are those of both around their own, plus W n / (W + n) d d. Forgotten is when a batch arrives:
// what has none stays as it is, to the bit.
void Moments::merge(int64_t cell, const double *sums, int64_t stride, double now) {
  const double kept = std::exp(-age(cell, now) / time_scale_);
  const double n = sums[0], old = kept * weight_[at(cell)], share = n / (old + n);
  std::array<double, most_variables> shift;
  for (int64_t i = 0; i < nvariable_; ++i) shift[at(i)] = sums[(1 + i) * stride] / n;
  for (int64_t i = 0; i < nvariable_; ++i)
    for (int64_t j = 0; j <= i; ++j) {
      const double both = shift[at(i)] * shift[at(j)];
      const double within = sums[(1 + nvariable_ + pair_of(i, j)) * stride] - n * both;
      double &product = products_[at(pair_of(i, j), cell)];
      product = kept * product + within + old * share * both;
      if (i == j) product = std::max(product, 0.0);  // rounding
    }
  for (int64_t i = 0; i < nvariable_; ++i) mean_[at(i, cell)] += share * shift[at(i)];
  weight_[at(cell)] = old + n;
  count_[at(cell)] += n;
  time_[at(cell)] = now;
}

double Moments::covariance(int64_t one, int64_t other, int64_t cell) const {
  const double n = count(cell), weight = weight_[at(cell)];
  if (!(n > 1) || !(weight > 0)) return 0;
  const int64_t pair = pair_of(std::max(one, other), std::min(one, other));
  return products_[at(pair, cell)] / weight * (n / (n - 1));
}

void Moments::state(const CellVisitor &visit) {
  visit("weight", weight_, 1);
  visit("count", count_, 1);
  visit("time", time_, 1);
  visit("mean", mean_, nvariable_);
  visit("products", products_, npair());
}

}  // namespace hyb
