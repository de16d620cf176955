// SPDX-License-Identifier: BSD-3-Clause
#include "noise/correlated.hpp"

#include <algorithm>
#include <cmath>

#include "error.hpp"
#include "text.hpp"

namespace hyb {
namespace {

bool is_time(double dt) { return dt > 0 && std::isfinite(dt); }

}  // namespace

CorrelatedNoise::CorrelatedNoise(std::string name, const NumberSource &source, double time,
                                 int64_t nrow, const Grid &grid)
    : name_(std::move(name)), source_(source), time_(time), nrow_(nrow), grid_(grid),
      values_(static_cast<size_t>(nrow * grid.ncol())) {
  advance(0);  // for calls before the first step
}

template <class Body>
void CorrelatedNoise::draw_all(int64_t step, Body &&body) const {
  const int64_t ncol = grid_.ncol();
  source_.draw_rows(step, grid_, 1, ncol, nrow_,
                    [&](int64_t row, int64_t column, int64_t count, const double *numbers) {
                      body(row * ncol + column, count, numbers);
                    });
}

// What was before the first step has no part in it.
void CorrelatedNoise::advance(int64_t step) {
  const double persistence = begun_ ? std::exp(-dt_ / time_) : 0;
  const double amplitude = begun_ ? std::sqrt(-std::expm1(-2 * dt_ / time_)) : 1;
  draw_all(step, [&](int64_t at, int64_t count, const double *numbers) {
    relax(persistence, amplitude, numbers, count, values_.data() + at);
  });
}

void CorrelatedNoise::step(const Clock &clock) {
  if (!is_time(clock.dt))
    mismatch(HYB_ERROR_ARGUMENT, "step: dt, for the correlated noise " + in_quotes(name_),
             "a time step above 0 s", std::to_string(clock.dt));
  if (!begun_ || clock.step != step_) advance(clock.step);
  begun_ = true;
  step_ = clock.step;
  dt_ = clock.dt;
}

void CorrelatedNoise::check() const {
  const size_t wanted = static_cast<size_t>(nrow_ * grid_.ncol());
  const std::string where = "noise " + in_quotes(name_);
  if (values_.size() != wanted)
    mismatch(HYB_ERROR_STATE, where + ": values", std::to_string(wanted),
             std::to_string(values_.size()));
  if (!std::all_of(values_.begin(), values_.end(), [](double x) { return std::isfinite(x); }))
    mismatch(HYB_ERROR_STATE, where, "finite values", "one that is not");
  if (begun_ && !is_time(dt_))
    mismatch(HYB_ERROR_STATE, where + ": dt", "a time step above 0 s", std::to_string(dt_));
}

void CorrelatedNoise::state(State &state) {
  const std::string prefix = "noise." + name_ + ".";
  int64_t begun = begun_;
  state.columns(prefix + "values", values_);
  state.number(prefix + "begun", begun);
  state.number(prefix + "step", step_);
  state.number(prefix + "dt", dt_);
  begun_ = begun != 0;
  check();
}

}  // namespace hyb
