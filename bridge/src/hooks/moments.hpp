// SPDX-License-Identifier: BSD-3-Clause
// Means and products of deviations of some variables, by cell (a bin of a level), with exponential
// forgetting: a sample counts exp(-age / time scale). Batches are merged by their own means, so
// that nothing is lost where a mean is large (Chan, Golub and LeVeque 1983,
// doi:10.1080/00031305.1983.10483115).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace hyb {

// Visits an array of a hook's state: its name, its values and how many of them there are for each
// cell, [of them][cell].
using CellVisitor = std::function<void(const char *, std::vector<double> &, int64_t)>;

class Moments {
 public:
  static constexpr int64_t most_variables = 17;

  Moments(int64_t nvariable, double time_scale)
      : nvariable_(nvariable), time_scale_(time_scale) {}

  int64_t nvariable() const { return nvariable_; }
  // Sums that make a batch: the number of samples, of each variable the deviations from the mean so
  // far, and of each pair the products of these.
  int64_t nsum() const { return 1 + nvariable_ + npair(); }

  int64_t ncell() const { return static_cast<int64_t>(weight_.size()); }
  void resize(int64_t ncell);

  // Turns the values of a sample into what it adds to those sums.
  void addends(int64_t cell, const double *values, double *sums) const;

  // Sum q is sums[q * stride], of at least one sample; `now` is the model time [s].
  void merge(int64_t cell, const double *sums, int64_t stride, double now);

  // Model time since the last batch of a cell [s]; 0 if there was none.
  double age(int64_t cell, double now) const;
  double count(int64_t cell) const { return count_[at(cell)]; }  // of samples, nothing forgotten
  // 0 where there are no cells yet.
  double mean(int64_t variable, int64_t cell) const {
    return mean_.empty() ? 0 : mean_[at(variable, cell)];
  }
  // Without bias where all samples count alike; 0 for one sample.
  double covariance(int64_t one, int64_t other, int64_t cell) const;

  void state(const CellVisitor &visit);

 private:
  int64_t npair() const { return nvariable_ * (nvariable_ + 1) / 2; }
  size_t at(int64_t cell) const { return static_cast<size_t>(cell); }
  size_t at(int64_t row, int64_t cell) const { return static_cast<size_t>(row * ncell() + cell); }

  int64_t nvariable_;
  double time_scale_;                          // [s]
  std::vector<double> weight_, count_, time_;  // [cell]; time of the last batch [s]
  std::vector<double> mean_;            // [variable][cell]
  std::vector<double> products_;        // [pair][cell], pair (i, j), j <= i, in rows
};

}  // namespace hyb
