// SPDX-License-Identifier: BSD-3-Clause
// Hooks that are configured wrongly, lack what they need, or get a restart that is not theirs.
#include "memory.hpp"

using nlohmann::json;

static double nothing(const Point &) { return 0; }

static const json kalman = {{"initial", "1 K day-1"}, {"drift", "0.1 K day-1"}};
static const json ridge = {{"predictors", {"air_temperature"}}};

static void refused(const hyb::HookConfig &config, const char *what, const char *expected,
                    const char *found) {
  check_fails([&] { Model(config, in_order(), nothing); }, HYB_ERROR_CONFIG,
              {"hybrid.toml: scheme.radiation.hook", what, expected, found});
}

static void refused(const std::string &kind, json options, const json &more, const char *what,
                    const char *expected, const char *found) {
  if (!more.is_null()) options.update(more);
  refused(configured(kind, options), what, expected, found);
}

static void keys() {
  const json none = json::object();
  refused("running_mean", none, {{"timescale", "10 days"}}, "unknown key 'timescale'",
          "did you mean 'time_scale'?", "known:");
  refused("kalman", none, {{"initail", "1 K day-1"}}, "unknown key 'initail'",
          "did you mean 'initial'?", "known:");
  refused("running_mean", none, {{"predictors", {"x"}}}, "unknown key 'predictors'", "known:", "");
  refused("running_mean", none, {{"latitudes", 6}}, "unknown key 'latitudes'", "known:", "");
  refused("running_mean", none, {{"time_scale", "10 K"}}, "time_scale", "expected a time",
          "found '10 K'");
  refused("running_mean", none, {{"time_scale", "0 s"}}, "time_scale", "expected a time above 0",
          "found '0 s'");
  refused("running_mean", none, {{"time_scale", 10}}, "time_scale", "expected a text", "found 10");
  refused("running_mean", none, {{"region", "zonal"}}, "region", "'latitude'", "found 'zonal'");
  refused("running_mean", none, {{"bins_per_day", 0}}, "bins_per_day",
          "expected a positive integer", "found 0");
  refused("running_mean", none, {{"bins_per_day", 100000}}, "bins_per_day", "at most 1440",
          "found 100000");
  refused("running_mean", none, {{"largest", "3 K"}}, "largest", "'K day-1'", "found '3 K'");
  refused("running_mean", none,
          {{"region", "box"}, {"latitudes", 1000}, {"longitudes", 1000}}, "bins",
          "expected at most", "found 1000000");
  refused("kalman", {{"initial", "1 K day-1"}}, {}, "drift", "expected a standard deviation",
          "found nothing");
  refused("kalman", kalman, {{"initial", "0 K day-1"}}, "initial", "above 0", "found 0");
  refused("kalman", kalman, {{"error", "0 K day-1"}}, "error", "above 0", "found 0");
  refused("kalman", kalman, {{"drift", "-1 K day-1"}}, "drift", "0 or more", "found '-1 K day-1'");
  for (const char *key : {"initial", "drift", "error"})
    refused("kalman", kalman, {{key, "1e200 K day-1"}}, key, "below 1e100", "found 1e200 K day-1");
  refused("ridge", none, {}, "predictors", "expected 1 to 16", "found 0");
  refused("ridge", none, {{"predictors", {"x", "y", "x"}}}, "predictors", "each field once",
          "found 'x' twice");
  refused("ridge", none, {{"output_predictors", {"flux", "flux"}}}, "predictors",
          "each field once", "found 'flux' twice");
  refused("ridge", ridge, {{"predictors", {1}}}, "predictors", "names of fields", "found 1");
  refused("ridge", ridge, {{"predictors", "x"}}, "predictors", "a list", "found \"x\"");
  refused("ridge", ridge, {{"predictors", std::vector<std::string>(17, "x")}}, "predictors",
          "expected 1 to 16", "found 17");
  refused("ridge", ridge, {{"output_predictors", {"heat"}}}, "unknown output 'heat'",
          "did you mean 'heating'?", "known:");
  refused("ridge", ridge, {{"penalty", -1}}, "penalty", "0 or more", "found -1");
  refused("ridge", ridge, {{"reach", 0}}, "reach", "above 0", "found 0");
}

static void common_keys() {
  hyb::HookConfig config = configured("kalman", kalman);
  config.after = false;
  refused(config, "phase", "expected 'after'", "found 'before'");
  config = configured("kalman", kalman);
  config.fields = {"heating", "flux"};
  refused(config, "fields", "expected one output", "found 2");
  config.fields = {"heat"};
  refused(config, "fields", "unknown output 'heat'", "did you mean 'heating'?");
  config = configured("kalman", kalman);
  config.learn = hyb::HookConfig::Source::none;
  refused(config, "learn", "'audit' or 'observe'", "found none");
}

static void refused_on(const hyb_grid *of_host, const json &options, const char *expected,
                       const char *found) {
  const hyb::Grid grid(of_host);
  hyb::ValueFields known = fields();
  check_fails([&] { hyb::make_hook(configured("running_mean", options), known, grid, "", ""); },
              HYB_ERROR_CONFIG, {expected, found});
}

static void grids() {
  const double beyond[] = {0, 91}, lat[] = {0, 10}, nan[] = {0, std::nan("")};
  const hyb_grid bare{sizeof(hyb_grid), 2, nullptr, nullptr, nullptr, nullptr};
  const hyb_grid wrong{sizeof(hyb_grid), 2, nullptr, beyond, nan, nullptr};
  const hyb_grid right{sizeof(hyb_grid), 2, nullptr, lat, nullptr, nullptr};
  refused_on(&bare, {{"region", "latitude"}}, "expected latitudes", "found none");
  refused_on(nullptr, {{"region", "latitude"}}, "expected latitudes", "found none");
  refused_on(&wrong, {{"region", "latitude"}}, "within 90", "found 91");
  refused_on(&right, {{"region", "box"}}, "expected longitudes", "found none");
  refused_on(nullptr, {{"region", "column"}}, "a domain created with its columns", "found one");
  refused_on(&right, {{"bins_per_day", 4}}, "expected longitudes", "found none");
  refused_on(&wrong, {{"bins_per_day", 4}}, "expected longitudes within", "nan");
}

// A step without a time of day, where that is needed.
static void dates() {
  Model model(configured("running_mean", {{"bins_per_day", 4}}), in_order(), nothing);
  model.step(1, true);
  for (const char *date : {"", "2000-01-31", "2000-01-31T25:00"}) {
    model.clock.date = date;
    check_fails([&] { model.learn(); }, HYB_ERROR_CONFIG,
                {"bins_per_day: expected steps whose date has a time",
                 std::string("found '") + date + "'"});
  }
}

// What the host does not give, or in another shape.
static void predictors() {
  Model model(configured("ridge", ridge), in_order(), nothing);
  Arrays arrays;
  hyb::Samples samples;
  samples.clock = &model.clock;
  samples.columns = {0, 3};
  samples.wanted = arrays.add(nlevel, ncolumn);
  samples.inputs.resize(1);
  const auto learn = [&] { model.learn(samples); };
  check_fails(learn, HYB_ERROR_FIELD,
              {"predictor 'air_temperature': expected an array of it from the host, found none"});
  samples.inputs[0] = arrays.add(nlevel + 1, ncolumn);
  check_fails(learn, HYB_ERROR_SHAPE,
              {"expected 4 levels and 1 species, or one of them, found 5 levels and 1 species"});
  samples.inputs[0] = arrays.add(nlevel, ncolumn);
  learn();
  samples.wanted = arrays.add(nlevel + 1, ncolumn);
  check_fails(learn, HYB_ERROR_SHAPE, {"expected 5, found 4"});
}

static void refused_restart(const json &saved, const std::string &kind, const json &loaded,
                            const std::function<void(Memory &)> &change, const char *found) {
  Model before(configured("running_mean", saved), in_order(), nothing);
  before.step(1, true);
  Memory memory(&before.columns());
  before.hook().state(memory);
  change(memory);
  Model after(configured(kind, loaded), in_order(), nothing);
  memory.load_into(&after.columns());
  check_fails([&] { after.hook().state(memory); }, HYB_ERROR_STATE, {"of the restart", found});
  after.step(1, true);  // as if nothing had been loaded
}

static void restarts() {
  const auto nothing_changed = [](Memory &) {};
  const json none = json::object();
  refused_restart(none, "running_mean", {{"region", "column"}}, nothing_changed,
                  "regions and bins");
  refused_restart(none, "running_mean", {{"bins_per_day", 3}}, nothing_changed,
                  "regions and bins");
  refused_restart({{"region", "box"}, {"latitudes", 2}, {"longitudes", 6}}, "running_mean",
                  {{"region", "box"}, {"latitudes", 6}, {"longitudes", 2}}, nothing_changed,
                  "regions and bins");
  refused_restart(none, "running_mean", none,
                  [](Memory &memory) { memory.shared_["running_mean.mean"].pop_back(); },
                  "running_mean.mean");
  refused_restart({{"bins_per_day", 4}}, "running_mean", {{"bins_per_day", 4}},
                  [](Memory &memory) { memory.shared_["running_mean.weight"].resize(3); },
                  "running_mean.weight");
}

int main() {
  keys();
  common_keys();
  grids();
  dates();
  predictors();
  restarts();
  return check_failures();
}
