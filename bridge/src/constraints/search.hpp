// SPDX-License-Identifier: BSD-3-Clause
// The multipliers that close all budgets.
#pragma once

#include "constraints/row_groups.hpp"

namespace hyb {
namespace {

// Newton's method on the dual, which is concave and piecewise quadratic: exact where no row is at a
// bound. A step that leads far beyond the top of its line is taken back and made shorter by adding
// a part of the matrix of all rows, with which no step can overshoot; so is one where all rows of a
// budget are at their bounds.
class Search {
 public:
  Search(const ProjectionProblem &problem, const ProjectionTask &task)
      : problem_(problem),
        n_(problem.nbudget),
        groups_(problem, task),
        task_idle_(task.idle),
        idle_(mask_of(task.idle)) {}

  // Whether y was written.
  bool run(const ProjectionResult &result) {
    groups_.take(idle_, result.unmet);
    mark(idle_, 1, task_idle_);
    groups_.start(trial_);
    for (int64_t k = 0; k < n_; ++k) store(-trial_.residual[k], result.imbalance + k * lanes);
    const bool tried = close();
    tell_unmet(result.unmet);
    // What was made of large values that cancelled is closed once more, relative to what is left.
    for (int again = 0; again < 2 && any(open(false) & ~idle_); ++again) close_again();
    if (tried && any(idle_)) groups_.give_back(idle_);
    return tried;
  }

 private:
  static constexpr int most_trials = 20, most_starts = 5;

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
    groups_.add_up_rows();
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
    improve();
    for (int starts = 1; starts < most_starts && any(open_); ++starts) {
      start_from_here();
      improve();
    }
    return true;
  }

  // The first trial: the solution if no row were bounded.
  void begin(const Mask &wrong) {
    groups_.find_gram(trial_);
    for (int64_t i = 0; i < below(n_, 0); ++i) whole_[i] = factors_[i] = trial_.gram[i];
    whole_singular_ = factorise(factors_, n_);
    for (int64_t k = 0; k < n_; ++k)
      trial_.multiplier[k] = choice(wrong, trial_.residual[k], Lanes{});
    solve(factors_, n_, trial_.multiplier);
    restart();
  }

  void restart() {
    damping_ = Lanes{};
    first_ = ~Mask{};
    for (int64_t k = 0; k < n_; ++k) step_[k] = base_.residual[k] = Lanes{};
  }

  // Where multipliers are large and cancel, or far from the solution, the best y so far is a better
  // start than x: it is within its bounds, and nearly closed.
  void start_from_here() {
    set_multipliers(false);
    groups_.evaluate(trial_);
    groups_.accept(open_);
    set_multipliers(true);
    restart();
  }

  void set_multipliers(bool to_zero) {
    for (int64_t k = 0; k < n_; ++k) {
      const Lanes wanted = to_zero ? Lanes{} : base_.multiplier[k];
      trial_.multiplier[k] = choice(open_, wanted, trial_.multiplier[k]);
    }
  }

  void improve() {
    for (int i = 0; i < most_trials; ++i) {
      groups_.evaluate(trial_);
      open_ = open(true) & ~idle_;
      if (!any(open_)) return;
      groups_.find_gram(trial_);
      go_on();
    }
  }

  void go_on() {
    const Mask moves = first_ | ~is_beyond();
    first_ = Mask{};
    for (int64_t k = 0; k < n_; ++k) {
      keep(moves, trial_.multiplier[k], base_.multiplier[k]);
      keep(moves, trial_.residual[k], base_.residual[k]);
    }
    for (int64_t i = 0; i < below(n_, 0); ++i) keep(moves, trial_.gram[i], base_.gram[i]);
    const Lanes more = larger(4 * damping_, 0.01);
    damping_ = choice(moves, 0.125 * damping_, choice(more > 1, 1, more));
    step();
  }

  static void keep(const Mask &where, const Lanes &value, Lanes &kept) {
    kept = choice(where, value, kept);
  }

  // Whether the slope along the last step has turned, by more than half of what it was.
  Mask is_beyond() const {
    Lanes now = {}, before = {};
    for (int64_t k = 0; k < n_; ++k) {
      now += trial_.residual[k] * step_[k];
      before += base_.residual[k] * step_[k];
    }
    return now < -0.5 * before;
  }

  void step() {
    const Mask stuck = damped_factors() & ~whole_singular_;
    if (any(stuck & open_)) {
      damping_ = choice(stuck, larger(damping_, 1e-6), damping_);
      damped_factors();
    }
    for (int64_t k = 0; k < n_; ++k) step_[k] = choice(open_, base_.residual[k], Lanes{});
    solve(factors_, n_, step_);
    for (int64_t k = 0; k < n_; ++k)
      keep(open_, base_.multiplier[k] + step_[k], trial_.multiplier[k]);
  }

  Mask damped_factors() {
    for (int64_t i = 0; i < below(n_, 0); ++i) factors_[i] = base_.gram[i] + damping_ * whole_[i];
    return factorise(factors_, n_);
  }

  void tell_unmet(uint8_t *unmet) {
    for (int64_t k = n_ - 1; k >= 0; --k) mark(open_ & open_in(k, true), problem_.mark[k], unmet);
    idle_ |= open_;
  }

  const ProjectionProblem &problem_;
  const int64_t n_;
  Groups groups_;
  uint8_t *const task_idle_;
  Mask idle_, open_ = {}, first_, whole_singular_;
  Trial trial_, base_;
  Lanes step_[most_budgets], first_terms_[most_budgets];
  Lanes whole_[most_below], factors_[most_below];
  Lanes damping_;
};

}  // namespace
}  // namespace hyb
