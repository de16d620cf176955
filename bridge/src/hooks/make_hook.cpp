// SPDX-License-Identifier: BSD-3-Clause
#include "hooks/make_hook.hpp"

#include <functional>
#include <limits>
#include <map>
#include <set>

#include "error.hpp"
#include "hooks/kalman.hpp"
#include "hooks/learning_hook.hpp"
#include "hooks/make_plugin_hook.hpp"
#include "hooks/nudging.hpp"
#include "hooks/option_keys.hpp"
#include "hooks/ridge.hpp"
#include "hooks/running_mean.hpp"
#include "text.hpp"

namespace hyb {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double ten_days = 10 * 86400;
// By coefficient of a bin. The mean of n samples of an emulator without bias adds 1 / (2 n) to its
// root mean square error: less than 2 % from here on.
constexpr int64_t samples_per_coefficient = 30;
constexpr double most_deviation = 1e100;  // its square is finite
constexpr size_t most_predictors = Moments::most_variables - 1;

using Maker = std::unique_ptr<Estimator> (*)(JsonTable &, ValueFields &, LearningOptions &);

int64_t read_least_samples(JsonTable &options, size_t coefficients) {
  return read_count(options, "least_samples", int64_t{1} << 40,
                    samples_per_coefficient * static_cast<int64_t>(coefficients));
}

std::unique_ptr<Estimator> make_running_mean(JsonTable &options, ValueFields &,
                                             LearningOptions &) {
  return std::make_unique<RunningMean>(static_cast<double>(read_least_samples(options, 1)));
}

std::unique_ptr<Estimator> make_kalman(JsonTable &options, ValueFields &,
                                       LearningOptions &learning) {
  const auto read = [&](const char *key) {
    options.need(key, "a standard deviation");
    const double deviation = read_quantity(options, key, learning.unit, 0);
    if (!(deviation < most_deviation))
      mismatch(HYB_ERROR_CONFIG, options.where(key), "a standard deviation below 1e100",
               options.text(key));
    return deviation;
  };
  KalmanOptions kalman{read("initial"), read("drift"), 0};
  kalman.error = options.find("error") ? read("error") : 0;
  if (!(kalman.initial > 0))
    mismatch(HYB_ERROR_CONFIG, options.where("initial"), "a standard deviation above 0", "0");
  if (options.find("error") && !(kalman.error > 0))
    mismatch(HYB_ERROR_CONFIG, options.where("error"), "a standard deviation above 0", "0");
  return std::make_unique<Kalman>(kalman);
}

// An input and an output may have one name.
std::string told(const Predictor &predictor) {
  return (predictor.output ? "output " : "") + predictor.name;
}

std::vector<std::string> read_names(JsonTable &options, const char *key) {
  std::vector<std::string> names;
  if (!options.find(key)) return names;
  for (const nlohmann::json &name : options.list(key)) {
    if (!name.is_string()) options.wrong(key, "names of fields", name);
    names.push_back(name.get<std::string>());
  }
  return names;
}

void refuse_twice(const JsonTable &options, const std::vector<Predictor> &predictors) {
  std::set<std::string> names;
  for (const Predictor &predictor : predictors)
    if (!names.insert(told(predictor)).second)
      mismatch(HYB_ERROR_CONFIG, options.where("predictors"), "each field once",
               in_quotes(predictor.name) + " twice");
}

void read_predictors(JsonTable &options, ValueFields &fields,
                     std::vector<Predictor> &predictors) {
  for (const std::string &name : read_names(options, "predictors"))
    predictors.push_back({name, false, fields.input(name)});
  const char *outputs = "output_predictors";
  for (const std::string &name : read_names(options, outputs))
    predictors.push_back(
        {name, true, fields.output(name, HYB_ERROR_CONFIG, options.where(outputs))});
  if (predictors.empty() || predictors.size() > most_predictors)
    mismatch(HYB_ERROR_CONFIG, options.where("predictors"),
             "1 to " + std::to_string(most_predictors) + " with those of output_predictors",
             std::to_string(predictors.size()));
  refuse_twice(options, predictors);
}

std::unique_ptr<Estimator> make_ridge(JsonTable &options, ValueFields &fields,
                                      LearningOptions &learning) {
  read_predictors(options, fields, learning.predictors);
  std::vector<std::string> names;
  for (const Predictor &predictor : learning.predictors) names.push_back(told(predictor));
  const double penalty = options.number("penalty", 1e-3);
  if (penalty < 0)
    mismatch(HYB_ERROR_CONFIG, options.where("penalty"), "0 or more", std::to_string(penalty));
  learning.reach = options.find("reach") ? options.positive("reach") : 4;
  const int64_t least = read_least_samples(options, names.size() + 1);
  return std::make_unique<Ridge>(penalty, static_cast<double>(least), std::move(names));
}

const std::map<std::string, Maker> &learning_kinds() {
  static const std::map<std::string, Maker> kinds = {
      {"kalman", make_kalman}, {"ridge", make_ridge}, {"running_mean", make_running_mean}};
  return kinds;
}

// A key that is spelled wrongly is to be told as such, not as another one that is missing.
void check_keys(const HookConfig &config) {
  static const std::vector<std::string> of_all = {"kind",  "phase", "fields",  "cadence", "limit",
                                                  "start", "ramp",  "dry_run", "policy",  "learn"};
  static const std::vector<std::string> of_learning = {
      "time_scale", "largest",      "region",     "latitudes",
      "longitudes", "bins_per_day", "time_of_day"};
  static const std::map<std::string, std::vector<std::string>> of_kind = {
      {"kalman", {"initial", "drift", "error"}},
      {"ridge", {"predictors", "output_predictors", "penalty", "reach", "least_samples"}},
      {"running_mean", {"least_samples"}},
      {"nudging",
       {"input", "path", "variable", "time_scale", "cyclic", "interpolation", "orientation", "levels",
        "taper", "missing"}}};
  std::vector<std::string> keys = of_kind.at(config.kind);
  if (config.kind != "nudging") keys.insert(keys.end(), of_learning.begin(), of_learning.end());
  keys.insert(keys.end(), of_all.begin(), of_all.end());
  JsonTable(config.options, config.where, HYB_ERROR_CONFIG).only(keys);
}

void check_common(const HookConfig &config) {
  if (!config.after)
    mismatch(HYB_ERROR_CONFIG, config.where + ": phase", "'after' for kind " +
             in_quotes(config.kind), "'before'");
  if (config.fields.size() != 1)
    mismatch(HYB_ERROR_CONFIG, config.where + ": fields",
             "one output for kind " + in_quotes(config.kind),
             std::to_string(config.fields.size()));
}

std::unique_ptr<Hook> make_learning(const HookConfig &config, ValueFields &fields,
                                    const Grid &grid) {
  if (config.learn == HookConfig::Source::none)
    mismatch(HYB_ERROR_CONFIG, config.where + ": learn", "'audit' or 'observe' for kind " +
             in_quotes(config.kind), "none");
  JsonTable options(config.options, config.where, HYB_ERROR_CONFIG);
  LearningOptions learning;
  learning.kind = config.kind;
  learning.where = config.where;
  learning.unit =
      fields.outputs[fields.output(config.fields[0], HYB_ERROR_CONFIG, config.where + ": fields")]
          .unit;
  learning.time_scale = read_seconds(options, "time_scale", ten_days);
  learning.largest = read_quantity(options, "largest", learning.unit, infinity);
  Bins bins(options, grid);
  auto estimator = learning_kinds().at(config.kind)(options, fields, learning);
  options.finish();
  return std::make_unique<LearningHook>(std::move(learning), std::move(bins),
                                        std::move(estimator));
}

}  // namespace

std::unique_ptr<Hook> make_hook(const HookConfig &config, ValueFields &fields, const Grid &grid,
                                const std::string &plugins, const std::string &environment) {
  if (config.kind == "python" || config.kind == "c")
    return make_plugin_hook(config, fields, plugins, environment);
  check_keys(config);
  check_common(config);
  if (config.kind == "nudging") return make_nudging(config, fields, grid, plugins);
  return make_learning(config, fields, grid);
}

}  // namespace hyb
