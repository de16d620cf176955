// SPDX-License-Identifier: BSD-3-Clause
// Planted errors of an emulator: every kind that can represent one removes at least 80 % of its
// climatology, with a correlation of at least 0.9 between what was planted and what is taken away;
// where there is none, it adds less than 2 % to the error. (The goals of this part of the library.)
#include "synthetic.hpp"

using nlohmann::json;

constexpr int64_t learnt = 400, scored = 160, per_day = 8;

// The deviation of the random part of the emulator's error, beside what is planted.
constexpr double much = 0.3, little = 0.03;

static double scatter(const Point &p) { return noise(4, p.step, p.column, p.level); }

static double none(const Point &) { return 0; }
static double constant(const Point &p) { return p.level == 2 ? 0.5 : 0; }
static double scaled(const Point &p) { return 0.02 * p.native(); }
static double of_inputs(const Point &p) {
  return 0.02 * (p.temperature() - 270) + 0.1 * (p.cloud() - 0.5);
}
static double diurnal(const Point &p) {
  return 0.5 * std::cos(2 * pi * p.local()) * (p.level < 2 ? 1 : 0.5);
}
static double by_latitude(const Point &p) { return 0.5 * std::sin(p.lat * pi / 180); }

// Climatologies by level, column and time of day, and the root mean square of all errors.
struct Score {
  std::vector<double> planted, added, left;
  double before = 0, after = 0;
};

static void add(Score &score, const Model &model, const Planted &planted,
                double random, const std::vector<double> &added) {
  const size_t hour = static_cast<size_t>(model.clock.step % per_day) * added.size();
  const double share = static_cast<double>(per_day) / scored;
  const double each = 1.0 / static_cast<double>(scored * added.size());
  for (size_t i = 0; i < added.size(); ++i) {
    const int64_t place = static_cast<int64_t>(i);
    const Point p = model.point(place % ncolumn, place / ncolumn);
    score.planted[hour + i] += share * planted(p);
    score.added[hour + i] += share * added[i];
    score.left[hour + i] += share * (planted(p) + added[i]);
    score.before += each * std::pow(planted(p) + random * scatter(p), 2);
    score.after += each * std::pow(planted(p) + random * scatter(p) + added[i], 2);
  }
}

static Score score_of(const std::string &kind, const json &options, const Planted &planted,
                      double random) {
  Model model(configured(kind, options), in_order(),
              [&](const Point &p) { return planted(p) + random * scatter(p); });
  Score score;
  score.planted.assign(static_cast<size_t>(nlevel * ncolumn * per_day), 0);
  score.added = score.left = score.planted;
  for (int64_t step = 1; step <= learnt + scored; ++step) {
    const std::vector<double> added = model.step(step, true, 32);
    if (step > learnt) add(score, model, planted, random, added);
  }
  return score;
}

static void removes(const char *what, const std::string &kind, const json &options,
                    const Planted &planted, double random = much) {
  const Score score = score_of(kind, options, planted, random);
  const double share = 1 - rms(score.left) / rms(score.planted);
  const double pattern = -correlation(score.planted, score.added);
  std::printf("%s, %s: %.3f removed, correlation %.4f\n", what, kind.c_str(), share, pattern);
  CHECK(share >= 0.8);
  CHECK(pattern >= 0.9);
}

static void harms_nobody(const std::string &kind, const json &options) {
  const Score score = score_of(kind, options, none, much);
  const double harm = std::sqrt(score.after / score.before) - 1;
  std::printf("no bias, %s: %+.4f\n", kind.c_str(), harm);
  CHECK(harm < 0.02);
}

int main() {
  const json mean = {{"time_scale", "30 days"}};
  const json kalman = {{"initial", "1 K day-1"}, {"drift", "0.01 K day-1"}};
  const json ridge = {{"predictors", {"air_temperature", "cloud"}}, {"time_scale", "30 days"}};
  const auto with = [](json options, const json &more) {
    options.update(more);
    return options;
  };
  const json latitude = {{"region", "latitude"}, {"latitudes", 6}}, day = {{"bins_per_day", 8}};
  removes("constant", "running_mean", mean, constant);
  removes("constant", "kalman", kalman, constant);
  removes("constant", "ridge", ridge, constant);
  removes("diurnal", "running_mean", with(mean, day), diurnal);
  removes("diurnal", "kalman", with(kalman, day), diurnal);
  removes("by latitude", "running_mean", with(mean, latitude), by_latitude);
  removes("by latitude", "kalman", with(kalman, latitude), by_latitude);
  removes("by latitude", "kalman", with(kalman, {{"region", "column"}}), by_latitude);
  removes("of inputs", "ridge", ridge, of_inputs);
  // A random error is part of the output too, and would be taken for a slope on it.
  removes("scaled", "ridge", {{"output_predictors", {"heating"}}}, scaled, little);
  for (const json &more : {json::object(), latitude, day}) {
    harms_nobody("running_mean", with(mean, more));
    harms_nobody("kalman", with(kalman, more));
    harms_nobody("ridge", with(ridge, more));
  }
  harms_nobody("kalman", with(kalman, {{"region", "column"}}));
  return check_failures();
}
