// SPDX-License-Identifier: BSD-3-Clause
// What is added does not depend, to the bit, on the order of columns, the blocks, or a restart.
#include "memory.hpp"

using nlohmann::json;

static double planted(const Point &p) {
  return 0.3 * std::sin(p.lat / 30) + 0.01 * p.temperature() +
         0.3 * noise(4, p.step, p.column, p.level);
}

using Run = std::vector<std::vector<double>>;

constexpr int64_t steps = 60;

static Run run(const hyb::HookConfig &config, const Columns &columns, int64_t size) {
  Model model(config, columns, planted);
  Run run;
  for (int64_t step = 1; step <= steps; ++step)
    run.push_back(model.step(step, step % 3 != 0, size));
  return run;
}

// Stopped in the middle, on other columns and in other blocks afterwards.
static Run restarted(const hyb::HookConfig &config) {
  Model before(config, in_order(), planted), after(config, shuffled(), planted);
  Run run;
  for (int64_t step = 1; step <= steps / 2; ++step)
    run.push_back(before.step(step, step % 3 != 0));
  Memory memory(&before.columns());
  before.hook().state(memory);
  Model same(config, in_order(), planted);
  memory.load_into(&same.columns());
  same.hook().state(memory);
  CHECK(same.hook().describe() == before.hook().describe());
  memory.load_into(&after.columns());
  after.hook().state(memory);
  for (int64_t step = steps / 2 + 1; step <= steps; ++step)
    run.push_back(after.step(step, step % 3 != 0, 7));
  return run;
}

static void check(const std::string &kind, json options, const json &more) {
  options.update(more);
  const hyb::HookConfig config = configured(kind, options);
  const Run one = run(config, in_order(), ncolumn);
  CHECK(rms(one.back()) > 0);
  for (const int64_t size : {1, 7, 32}) CHECK(run(config, in_order(), size) == one);
  for (const int64_t size : {5, 72}) CHECK(run(config, shuffled(), size) == one);
  CHECK(restarted(config) == one);
}

// As a rank whose columns were not drawn: it learns from the sums what the others learn.
static void without_samples(const std::string &kind, const json &options) {
  const hyb::HookConfig config = configured(kind, options);
  Model with(config, in_order(), planted), without(config, shuffled(), planted);
  for (int64_t step = 1; step <= 20; ++step) {
    with.step(step, false);
    without.step(step, false);
    Arrays arrays;
    const hyb::Samples samples = with.sampled(arrays);
    const std::vector<double> totals = with.learn(samples);
    hyb::Samples none;
    none.clock = &without.clock;
    CHECK(without.hook().sums(none) <= totals.size());
    without.hook().update(none, totals);
  }
  CHECK(rms(with.step(21, false)) > 0);
  CHECK(without.step(21, false) == with.step(21, false));
}

int main() {
  const json least = {{"least_samples", 4}};
  without_samples("running_mean", least);
  without_samples("kalman", {{"initial", "1 K day-1"}, {"drift", "0 K day-1"}});
  without_samples("ridge", {{"predictors", {"cloud"}}, {"region", "latitude"}});
  for (const json &more :
       {json::object(), json{{"region", "latitude"}, {"bins_per_day", 4}},
        json{{"region", "box"}, {"latitudes", 3}, {"longitudes", 4}}, json{{"region", "column"}},
        json{{"region", "column"}, {"bins_per_day", 2}, {"time_of_day", "utc"}}}) {
    check("running_mean", least, more);
    check("kalman", {{"initial", "1 K day-1"}, {"drift", "0.1 K day-1"}}, more);
    check("ridge", {{"predictors", {"air_temperature", "cloud"}},
                    {"output_predictors", {"heating"}},
                    {"least_samples", 4}},
          more);
  }
  return check_failures();
}
