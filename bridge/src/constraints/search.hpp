// SPDX-License-Identifier: BSD-3-Clause
// The multipliers that close all budgets.
#pragma once

#include "constraints/row_groups.hpp"

namespace hyb {
namespace {

// Newton's method on the dual, which is concave and piecewise quadratic: exact where no row is at a
// bound. A step that leads far beyond the top of its line is halved. Where all rows of a budget are
// at their bounds, the matrix of all rows stands in, whose steps never overshoot: in growing
// strides, until one does, then in ever smaller ones.
class Search {
 public:
  Search(const ProjectionProblem &problem, const ProjectionTask &task)
      : problem_(problem), n_(problem.nbudget), groups_(problem, task), idle_(mask_of(task.idle)) {}

  // Whether y holds anything that x does not.
  bool run(const ProjectionResult &result) {
    groups_.start(trial_);
    for (int64_t k = 0; k < n_; ++k) store(-trial_.residual[k], result.imbalance + k * lanes);
    const bool tried = close();
    tell_unmet(result.unmet);
    // What was made of large values that cancelled is closed once more, relative to what is left.
    for (int again = 0; again < 2 && any(open(false) & ~idle_); ++again) close_again();
    return tried;
  }

 private:
  // Budgets that are not closed, compared with the terms of this trial, and of the first one.
  Mask open(bool first_too) const {
    Mask open = {};
    for (int64_t k = 0; k < n_; ++k) open |= open_in(k, first_too);
    return open;
  }

  Mask open_in(int64_t k, bool first_too) const {
    const Lanes terms = first_too ? larger(trial_.terms[k], first_terms_[k]) : trial_.terms[k];
    return ~(size_of(trial_.residual[k]) <= problem_.tolerance[k] * terms);
  }

  // Columns that need it not, or in which it fails, keep what they have, bit by bit.
  void close_again() {
    const Mask needed = open(false) & ~idle_;
    groups_.accept(~idle_);
    groups_.start(trial_);
    close();
    groups_.take_back(~needed | open_);
  }

  // From the sums at multipliers of 0 to a y that closes all budgets, where that can be done.
  bool close() {
    for (int64_t k = 0; k < n_; ++k) first_terms_[k] = trial_.terms[k];
    const Mask wrong = open(false) & ~idle_;
    open_ = wrong;
    if (!problem_.bounded && !any(wrong)) return false;
    begin(wrong);
    const int most = problem_.bounded ? 60 : 4;
    for (int i = 0; i < most; ++i) {
      groups_.evaluate(trial_);
      open_ = open(true) & ~idle_;
      if (!any(open_)) break;
      if (i + 1 < most) go_on();
    }
    return true;
  }

  void begin(const Mask &wrong) {
    for (int64_t i = 0; i < below(n_, 0); ++i) whole_[i] = trial_.gram[i];
    whole_singular_ = factorise(whole_, n_);
    for (int64_t k = 0; k < n_; ++k) {
      base_[k] = Lanes{};
      step_[k] = choice(wrong, trial_.residual[k], Lanes{});
    }
    solve(whole_, n_, step_);
    for (int64_t k = 0; k < n_; ++k) trial_.multiplier[k] = step_[k];
    slope_ = __DBL_MAX__;
    stride_ = Lanes{};
    passed_ = Mask{};
  }

  void go_on() {
    Lanes slope = {};
    for (int64_t k = 0; k < n_; ++k) slope += trial_.residual[k] * step_[k];
    const Mask beyond = open_ & (slope < -0.9 * slope_);
    Lanes next[most_budgets];
    direction(beyond, next);
    Lanes steepness = {};
    for (int64_t k = 0; k < n_; ++k) steepness += trial_.residual[k] * next[k];
    slope_ = choice(beyond, 0.5 * slope_, steepness);
    for (int64_t k = 0; k < n_; ++k) {
      base_[k] = choice(beyond, base_[k], trial_.multiplier[k]);
      step_[k] = choice(beyond, 0.5 * step_[k], choice(open_, next[k], Lanes{}));
      trial_.multiplier[k] = base_[k] + step_[k];
    }
  }

  void direction(const Mask &beyond, Lanes *next) {
    Lanes free[most_below], wide[most_budgets];
    for (int64_t i = 0; i < below(n_, 0); ++i) free[i] = trial_.gram[i];
    const Mask stuck = factorise(free, n_) & ~whole_singular_;
    set_stride(beyond, stuck);
    for (int64_t k = 0; k < n_; ++k) next[k] = wide[k] = trial_.residual[k];
    solve(free, n_, next);
    solve(whole_, n_, wide);
    for (int64_t k = 0; k < n_; ++k) next[k] = choice(stuck, stride_ * wide[k], next[k]);
  }

  void set_stride(const Mask &beyond, const Mask &stuck) {
    const Mask striding = stride_ > 0;
    passed_ = striding & (beyond | (passed_ & stuck));
    const Lanes longer = choice(striding, 4 * stride_, 1);
    stride_ = choice(passed_, 0.5 * stride_, choice(stuck, longer, Lanes{}));
  }

  void tell_unmet(uint8_t *unmet) {
    for (int64_t i = 0; i < lanes; ++i) unmet[i] = 0;
    for (int64_t k = n_ - 1; k >= 0; --k) {
      const Mask open = open_ & open_in(k, true);
      for (int64_t i = 0; i < lanes; ++i)
        if (open[i]) unmet[i] = static_cast<uint8_t>(1 + k);
    }
    idle_ |= open_;
  }

  const ProjectionProblem &problem_;
  const int64_t n_;
  Groups groups_;
  Mask idle_, open_ = {}, whole_singular_ = {};
  Trial trial_;
  Lanes first_terms_[most_budgets], base_[most_budgets], step_[most_budgets];
  Lanes whole_[most_below];
  Lanes slope_, stride_;
  Mask passed_;  // a stride has led too far
};

}  // namespace
}  // namespace hyb
