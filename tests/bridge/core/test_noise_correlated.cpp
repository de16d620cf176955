// SPDX-License-Identifier: BSD-3-Clause
// Noise with a correlation time: its distribution, its memory, and that a restart on other columns
// goes on with the same bits.
#include <map>
#include <numeric>
#include <string>

#include "check.h"
#include "error.hpp"
#include "noise/correlated.hpp"
#include "noise_statistics.hpp"

using namespace hyb;

constexpr double day = 86400;
constexpr int64_t nrow = 3;

static const NumberSource source(42, "card", "noise", Distribution::normal);

static Grid grid_of(const std::vector<int64_t> &columns) {
  const hyb_grid grid = {sizeof(hyb_grid), static_cast<int64_t>(columns.size()), columns.data(),
                         nullptr, nullptr, nullptr};
  return Grid(&grid);
}

static std::vector<int64_t> columns_to(int64_t ncol) {
  std::vector<int64_t> columns(static_cast<size_t>(ncol));
  std::iota(columns.begin(), columns.end(), 1);
  return columns;
}

// A process on a grid of its own.
struct Process {
  Grid grid;
  CorrelatedNoise noise;
  explicit Process(const std::vector<int64_t> &columns, double time = day)
      : grid(grid_of(columns)), noise("noise", source, time, nrow, grid) {}

  std::vector<double> values() const {
    return {noise.values(), noise.values() + nrow * grid.ncol()};
  }
  void step(int64_t number, double dt) { noise.step({number, "", dt, 0}); }
};

// A restart: values by global column and row, so that they may be loaded on other columns.
class Restart : public State {
 public:
  explicit Restart(const Grid &grid) : grid_(&grid) {}
  void on(const Grid &grid) { grid_ = &grid, loads_ = true; }

  using State::number;
  void shared(const std::string &name, std::vector<double> &values) override {
    (loads_ ? values : shared_[name]) = loads_ ? shared_[name] : values;
  }
  void columns(const std::string &name, std::vector<double> &values) override {
    const int64_t ncol = grid_->ncol();
    for (int64_t row = 0; row < nrow; ++row)
      for (int64_t i = 0; i < ncol; ++i) {
        double &value = values[static_cast<size_t>(row * ncol + i)];
        double &kept = columns_[name][{row, grid_->column(i + 1)}];
        (loads_ ? value : kept) = loads_ ? kept : value;
      }
  }
  std::map<std::string, std::vector<double>> shared_;

 private:
  const Grid *grid_;
  bool loads_ = false;
  std::map<std::string, std::map<std::pair<int64_t, int64_t>, double>> columns_;
};

static void every_step_is_standard_normal() {
  Process process(columns_to(60000));
  for (int64_t step = 1; step <= 8; ++step) {
    process.step(step, step % 2 ? 1800 : 3 * day);
    CHECK(moments_score(process.values()) < score_limit);
    CHECK(tails_score(process.values()) < score_limit);
    CHECK(kolmogorov(probabilities(process.values())) < kolmogorov_limit);
  }
}

// After t it is exp(-t / time) of what it was, and new noise that has nothing to do with that.
static void memory_fades_with_the_time_that_passed() {
  Process process(columns_to(60000));
  process.step(1, 1800);
  const std::vector<double> first = process.values();
  double passed = 0, dt = 1800;
  for (int64_t step = 2; step <= 9; ++step) {
    passed += dt;
    dt = step < 6 ? 7200 : day / 2;
    process.step(step, dt);
    const double phi = std::exp(-passed / day), rest = std::sqrt(1 - phi * phi);
    std::vector<double> fresh = process.values();
    for (size_t i = 0; i < fresh.size(); ++i) fresh[i] = (fresh[i] - phi * first[i]) / rest;
    CHECK(moments_score(fresh) < score_limit);
    CHECK(correlation_score(fresh, first) < score_limit);
  }
  CHECK(correlation_score(process.values(), first) > score_limit);
}

// Two steps of dt are one of 2 dt in distribution; an infinitely short one changes nothing.
static void short_steps_change_little() {
  Process process(columns_to(1000));
  process.step(1, 1e-9);
  const std::vector<double> first = process.values();
  process.step(2, 1e-9);
  const std::vector<double> second = process.values();
  CHECK(second != first);
  for (size_t i = 0; i < first.size(); ++i)  // amplitude sqrt(2 dt / time), at most 6.4 of them
    CHECK(std::fabs(second[i] - first[i]) < 6.4 * std::sqrt(2e-9 / day) + 1e-15);
}

static void a_step_opened_again_has_its_noise() {
  Process process(columns_to(100)), other(columns_to(100));
  for (int64_t step = 1; step <= 3; ++step) {
    process.step(step, 1800);
    other.step(step, 1800);
    const std::vector<double> before = process.values();
    process.step(step, 1800);
    CHECK_EQ(process.values(), before);
  }
  CHECK_EQ(process.values(), other.values());
}

static void calls_before_the_first_step_leave_no_trace() {
  Process process(columns_to(100));
  CHECK(moments_score(process.values()) < score_limit);
  const std::vector<double> before = process.values();
  process.step(1, 1800);
  CHECK(correlation_score(before, process.values()) < score_limit);
}

// Of global column c in row r, at its place in the process.
static void same_by_column(const Process &a, const Process &b) {
  for (int64_t i = 1; i <= a.grid.ncol(); ++i)
    for (int64_t j = 1; j <= b.grid.ncol(); ++j)
      for (int64_t row = 0; a.grid.column(i) == b.grid.column(j) && row < nrow; ++row)
        CHECK_EQ(a.noise.values()[row * a.grid.ncol() + i - 1],
                 b.noise.values()[row * b.grid.ncol() + j - 1]);
}

static void the_order_of_columns_does_not_matter() {
  std::vector<int64_t> backwards = columns_to(130);
  std::reverse(backwards.begin(), backwards.end());
  Process process(columns_to(130)), other(backwards), some({7, 100, 3});
  for (int64_t step = 1; step <= 4; ++step)
    for (Process *one : {&process, &other, &some}) one->step(step, 1800);
  same_by_column(process, other);
  same_by_column(process, some);
}

static void a_restart_goes_on_with_the_same_bits() {
  Process whole(columns_to(130));
  for (int64_t step = 1; step <= 3; ++step) whole.step(step, 600.0 * static_cast<double>(step));
  Restart restart(whole.grid);
  whole.noise.state(restart);
  Process left({130, 2, 3, 5}), right({1, 129});
  for (Process *part : {&left, &right}) {
    restart.on(part->grid);
    part->noise.state(restart);
    same_by_column(whole, *part);
  }
  for (int64_t step = 4; step <= 6; ++step) {
    for (Process *one : {&whole, &left, &right}) one->step(step, 1800);
    same_by_column(whole, left);
    same_by_column(whole, right);
  }
}

template <class Action>
static void refuses(int32_t status, const char *word, const char *expected, Action &&action) {
  try {
    action();
    CHECK(!"refused");
  } catch (const Error &error) {
    CHECK_EQ(error.status(), status);
    CHECK_HAS(error.what(), word);
    CHECK_HAS(error.what(), expected);
  }
}

static void steps_without_a_length_are_refused() {
  Process process(columns_to(10));
  const std::vector<double> before = process.values();
  for (const double dt : {0.0, -1.0, std::nan(""), HUGE_VAL})
    refuses(HYB_ERROR_ARGUMENT, "'noise'", "expected a time step above 0 s, found",
            [&] { process.step(1, dt); });
  CHECK_EQ(process.values(), before);
}

// Loads what another run has saved, after `change`.
template <class Change>
static void load_changed(Change &&change) {
  Process saved(columns_to(5)), loaded(columns_to(5));
  saved.step(1, 1800);
  Restart restart(saved.grid);
  saved.noise.state(restart);
  restart.on(loaded.grid);
  change(restart);
  loaded.noise.state(restart);
}

// A restart that gives other columns than it should.
struct Short : State {
  void shared(const std::string &, std::vector<double> &) override {}
  void columns(const std::string &, std::vector<double> &values) override { values.pop_back(); }
};
struct Broken : State {
  void shared(const std::string &, std::vector<double> &) override {}
  void columns(const std::string &, std::vector<double> &values) override {
    values[3] = std::nan("");
  }
};

static void odd_restarts_are_refused() {
  load_changed([](Restart &) {});
  refuses(HYB_ERROR_STATE, "dt", "expected a time step above 0 s, found", [] {
    load_changed([](Restart &restart) { restart.shared_["noise.noise.dt"] = {-1}; });
  });
  refuses(HYB_ERROR_STATE, "noise.noise.step", "expected 1 value, found 0", [] {
    load_changed([](Restart &restart) { restart.shared_["noise.noise.step"].clear(); });
  });
  Process process(columns_to(5));
  Short narrow;
  Broken broken;
  refuses(HYB_ERROR_STATE, "values", "expected 15, found 14",
          [&] { Process(columns_to(5)).noise.state(narrow); });
  refuses(HYB_ERROR_STATE, "'noise'", "expected finite values",
          [&] { process.noise.state(broken); });
}

static void a_process_without_columns_is_nothing() {
  Process process({});
  process.step(1, 1800);
  process.step(2, 1800);
  CHECK(process.values().empty());
}

int main() {
  every_step_is_standard_normal();
  memory_fades_with_the_time_that_passed();
  short_steps_change_little();
  a_step_opened_again_has_its_noise();
  calls_before_the_first_step_leave_no_trace();
  the_order_of_columns_does_not_matter();
  a_restart_goes_on_with_the_same_bits();
  steps_without_a_length_are_refused();
  odd_restarts_are_refused();
  a_process_without_columns_is_nothing();
  return check_failures();
}
