// SPDX-License-Identifier: BSD-3-Clause
#include "hooks/nudging.hpp"

#include <algorithm>
#include <cmath>

#include "error.hpp"
#include "hooks/option_keys.hpp"
#include "json_table.hpp"
#include "plugin.hpp"
#include "text.hpp"

namespace hyb {
namespace {

std::string shape_of(int64_t nlevel, int64_t nspecies) {
  return std::to_string(nlevel) + " levels and " + std::to_string(nspecies) + " species";
}

// What the difference of state and target is multiplied by, in the unit of the tendency.
double rate_of(const std::string &unit, const ValueField &output, double time_scale,
               const std::string &where) {
  if (unit.empty())
    mismatch(HYB_ERROR_FILE, where + ": unit of the file's variable", "an attribute units", "none");
  const std::optional<double> rate = converted({1 / time_scale, unit + " s-1"}, output.unit);
  if (!rate)
    mismatch(HYB_ERROR_CONFIG, where + ": unit of " + in_quotes(output.name),
             "that of the file's variable by time, " + in_quotes(unit + " s-1"),
             in_quotes(output.unit));
  return *rate;
}

void check_input_unit(const ValueField &input, const std::string &unit, const std::string &where) {
  const std::optional<double> one = converted({1, unit}, input.unit);
  if (!input.unit.empty() && (!one || *one != 1))
    mismatch(HYB_ERROR_CONFIG, where + ": unit of " + in_quotes(input.name),
             in_quotes(unit) + " (file)", in_quotes(input.unit));
}

SeriesOptions read_series(JsonTable &options) {
  SeriesOptions series;
  series.where = options.where();
  series.path = options.text("path");
  series.variable = options.find("variable") ? options.text("variable") : options.text("input");
  series.cyclic = options.flag("cyclic", false);
  series.bilinear =
      options.word("interpolation", {"bilinear", "nearest"}, "bilinear") == "bilinear";
  series.missing = options.word("missing", {"refuse", "skip"}, "refuse") == "skip";
  return series;
}

NudgingOptions read_nudging(JsonTable &options, const ValueField &output, ValueFields &fields) {
  NudgingOptions nudging;
  nudging.where = options.where();
  nudging.input = options.text("input");
  nudging.place = fields.input(nudging.input);
  nudging.bottom_up =
      options.word("orientation", {"top_down", "bottom_up"}, "top_down") == "bottom_up";
  std::tie(nudging.first, nudging.last) = read_levels(options, "levels");
  if (output.nlevel > 0 && nudging.last != INT64_MAX && nudging.last > output.nlevel)
    mismatch(options.status(), options.where("levels"),
             "levels of " + in_quotes(output.name) + ", 1 to " + std::to_string(output.nlevel),
             std::to_string(nudging.last));
  nudging.taper = read_count(options, "taper", 1 << 16, 0);
  return nudging;
}

}  // namespace

// 1 within the levels, falling to 0 over `taper` levels beyond them.
double Nudging::weight(int64_t level) const {
  const int64_t beyond = std::max(options_.first - level, level - options_.last);
  if (beyond <= 0) return 1;
  return std::max(0.0, 1 - static_cast<double>(beyond) / static_cast<double>(options_.taper + 1));
}

void Nudging::check_block(const FieldValues &state, const FieldValues &added) const {
  const std::string what = options_.where + ": input " + in_quotes(options_.input);
  if (state.nlevel != added.nlevel || state.nspecies != added.nspecies || state.nspecies != 1)
    mismatch(HYB_ERROR_SHAPE, what, shape_of(added.nlevel, 1) + ", as the output",
             shape_of(state.nlevel, state.nspecies));
  if (state.nlevel != target_->nlevel())
    mismatch(HYB_ERROR_SHAPE, options_.where + ": levels of the file",
             std::to_string(state.nlevel) + " as in " + in_quotes(options_.input),
             std::to_string(target_->nlevel()));
}

void Nudging::begin(const Clock &clock) {
  ready_ = false;
  target_->load(clock);
  ready_ = true;
}

void Nudging::apply(const BlockValues &values, std::vector<FieldValues> &increments,
                    std::vector<uint8_t> &) const {
  const FieldValues &state = values.inputs[options_.place], &added = increments[0];
  if (!added.data) return;
  if (!ready_) mismatch(HYB_ERROR_PHASE, options_.where, "a step that could begin", "none");
  if (!state.data)
    mismatch(HYB_ERROR_FIELD, options_.where + ": input " + in_quotes(options_.input),
             "an array of it from the host", "none");
  check_block(state, added);
  const bool flip = values.bottom_up != options_.bottom_up;
  for (int64_t level = 0; level < state.nlevel; ++level) {
    const double rate = options_.rate * weight(level + 1);
    if (rate == 0) continue;
    const int64_t source = flip ? state.nlevel - 1 - level : level;
    const double *from = state.row(level);
    double *to = added.row(level);
    for (int64_t i = 0; i < values.ncol; ++i) {
      const double target = target_->at(source, values.first - 1 + i);
      to[i] += std::isnan(target) ? 0 : rate * (target - from[i]);
    }
  }
}

std::unique_ptr<Hook> make_nudging(const HookConfig &config, ValueFields &fields, const Grid &grid,
                                   const std::string &plugins) {
  if (config.learn != HookConfig::Source::none)
    mismatch(HYB_ERROR_CONFIG, config.where + ": learn", "none for kind 'nudging'", "a source");
  const ValueField &output = fields.outputs[fields.output(config.fields[0], HYB_ERROR_CONFIG,
                                                          config.where + ": fields")];
  JsonTable options(config.options, config.where, HYB_ERROR_CONFIG);
  options.need("time_scale", "a time, such as '6 h'");
  const double time_scale = read_seconds(options, "time_scale", 0);
  NudgingOptions nudging = read_nudging(options, output, fields);
  SeriesOptions series = read_series(options);
  options.finish();
  const auto *storage = load_plugin<hyb_storage>("netcdf", HYB_PLUGIN_STORAGE, plugins);
  auto target = std::make_unique<Series>(std::move(series), storage, grid);
  nudging.rate = rate_of(target->unit(), output, time_scale, config.where);
  check_input_unit(fields.inputs[nudging.place], target->unit(), config.where);
  return std::make_unique<Nudging>(std::move(nudging), std::move(target));
}

}  // namespace hyb
