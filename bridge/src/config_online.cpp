// SPDX-License-Identifier: BSD-3-Clause
#include "config_online.hpp"

#include <algorithm>
#include <limits>

#include "config_table.hpp"
#include "error.hpp"
#include "text.hpp"

namespace hyb {
namespace {

const std::vector<std::string> policy_names = {"pass", "clip", "blend", "native", "stop"};

using Policies = std::vector<Policy>;
const Policies all_policies = {Policy::pass, Policy::clip, Policy::blend, Policy::native,
                               Policy::stop};
const Policies no_half_measures = {Policy::pass, Policy::native, Policy::stop};

Policy read_policy(ConfigTable &table, const char *key, const Policies &allowed,
                   Policy otherwise) {
  std::vector<std::string> words;
  for (const Policy policy : allowed) words.push_back(policy_name(policy));
  size_t place = 0;
  while (place < allowed.size() && allowed[place] != otherwise) ++place;
  return allowed[table.read_word(key, words, place)];
}

// finite = "native", or range = { policy = "native", margin = 0.1 }
void read_guard(ConfigTable &table, const char *key, const Policies &allowed, GuardConfig &guard) {
  guard.declared = guard.declared || table.has(key);
  if (table.is_text(key)) {
    guard.policy = read_policy(table, key, allowed, guard.policy);
    return;
  }
  ConfigTable entry = table.table(key);
  if (table.has(key)) guard.policy = read_policy(entry, "policy", allowed, Policy::native);
  if (&allowed == &all_policies) {
    entry.read("margin", guard.margin, 0, 1e6);
    entry.read("blend_width", guard.blend_width, 1e-6, 1e6);
  }
  entry.finish();
}

TendencyConfig read_tendency(ConfigTable table) {
  TendencyConfig tendency;
  tendency.where = table.where();
  std::string limit;
  table.read("limit", limit);
  tendency.limit = quantity_of(limit, table.where("limit"));
  if (!(tendency.limit.value > 0))
    mismatch(HYB_ERROR_CONFIG, table.where("limit"), "a limit above 0", in_quotes(limit));
  table.read("field", tendency.field);
  tendency.policy = read_policy(table, "policy", all_policies, Policy::native);
  table.finish();
  return tendency;
}

void read_time(ConfigTable &table, const char *key, double &seconds) {
  std::string text;
  table.read(key, text);
  if (table.has(key)) seconds = seconds_of(text, table.where(key));
}

void read_pair(ConfigTable &table, const char *key, double least, double most, double &first,
               double &second) {
  std::vector<double> pair = {first, second};
  if (table.has(key)) pair.clear();
  table.read(key, pair, least, most);
  if (pair.size() != 2 || pair[0] > pair[1])
    mismatch(HYB_ERROR_CONFIG, table.where(key), "two numbers, the smaller first",
             std::to_string(pair.size()) + (pair.size() == 2 ? ", the larger first" : ""));
  first = pair[0];
  second = pair[1];
}

AlarmConfig read_alarm(ConfigTable table) {
  AlarmConfig alarm;
  read_time(table, "start", alarm.start);
  table.read("slack", alarm.slack, 0, 100);
  table.read("threshold", alarm.threshold, 0.1, 1e6);
  table.read("learn", alarm.learn, 2, 1 << 20);
  table.read("recover", alarm.recover, 1, 1 << 20);
  alarm.policy = read_policy(table, "policy", no_half_measures, Policy::pass);
  table.finish();
  return alarm;
}

// Also in modes that use neither hooks nor constraints: a typing error is found before that.
void check_kind(const std::string &kind, const std::vector<std::string> &known,
                const std::string &where) {
  if (std::find(known.begin(), known.end(), kind) == known.end())
    fail(HYB_ERROR_CONFIG, where + ": " + unknown("kind", kind, known));
}

// The common keys are read here; the others stay for the hook's kind.
HookConfig read_hook(ConfigTable table) {
  HookConfig hook;
  hook.where = table.where();
  table.read("kind", hook.kind);
  check_kind(hook.kind, {"running_mean", "ridge", "kalman", "nudging", "python", "c"}, hook.where);
  hook.after = table.read_word("phase", {"before", "after"}, 1) == 1;
  table.read("fields", hook.fields);
  table.read("cadence", hook.cadence, 1, 1 << 30);
  std::string limit;
  table.read("limit", limit);
  if (table.has("limit")) hook.limit = quantity_of(limit, table.where("limit"));
  read_time(table, "start", hook.start);
  read_time(table, "ramp", hook.ramp);
  table.read("dry_run", hook.dry_run);
  hook.policy = read_policy(table, "policy", no_half_measures, Policy::pass);
  hook.learn = static_cast<HookConfig::Source>(
      table.read_word("learn", {"none", "audit", "observe"}, 0));
  hook.options = table.rest();
  return hook;
}

}  // namespace

const char *policy_name(Policy policy) {
  return policy_names[static_cast<size_t>(policy)].c_str();
}

SampleConfig read_sample(ConfigTable &table) {
  SampleConfig sample;
  if (table.has("steps") && table.has("tiles"))
    mismatch(HYB_ERROR_CONFIG, table.where(), "a fraction of steps or of tiles", "both");
  table.read("steps", sample.steps, 0, 1);
  table.read("tiles", sample.tiles, 0, 1);
  table.read("tile_columns", sample.tile_columns, 1, 1 << 20);
  table.read("seed", sample.seed, 0, INT64_MAX);
  return sample;
}

GuardsConfig read_guards(ConfigTable table) {
  GuardsConfig guards;
  read_guard(table, "finite", no_half_measures, guards.finite);
  read_guard(table, "range", all_policies, guards.range);
  read_guard(table, "training_range", all_policies, guards.training_range);
  guards.constraint = read_policy(table, "constraint", no_half_measures, guards.constraint);
  for (ConfigTable &entry : table.tables("tendency"))
    guards.tendency.push_back(read_tendency(entry));
  table.finish();
  return guards;
}

nlohmann::json counted_with(const GuardsConfig &guards) {
  using nlohmann::json;
  const auto margin = [](const GuardConfig &guard) {
    return guard.declared ? json(guard.margin) : json();
  };
  json object = {{"finite", guards.finite.policy != Policy::pass},
                 {"range margin", margin(guards.range)},
                 {"training_range margin", margin(guards.training_range)},
                 {"tendency", json::array()}};
  for (const TendencyConfig &one : guards.tendency)
    object["tendency"].push_back({one.limit.value, one.limit.unit, one.field});
  return object;
}

BlendConfig read_blend(ConfigTable table) {
  BlendConfig blend;
  table.read("weight", blend.weight, 0, 1);
  read_time(table, "start", blend.start);
  read_time(table, "ramp", blend.ramp);
  double first = 1, last = static_cast<double>(blend.last_level);
  if (table.has("levels")) {
    read_pair(table, "levels", 1, 1 << 24, first, last);
    blend.first_level = static_cast<int64_t>(first);
    blend.last_level = static_cast<int64_t>(last);
  }
  blend.by_latitude = table.has("latitude");
  read_pair(table, "latitude", -90, 90, blend.south, blend.north);
  table.read("taper", blend.taper, 0, 180);
  table.finish();
  return blend;
}

AuditConfig read_audit(ConfigTable table) {
  AuditConfig audit;
  audit.sample = read_sample(table);
  if (!(audit.sample.steps > 0 && audit.sample.tiles > 0))
    mismatch(HYB_ERROR_CONFIG, table.where(),
             "a fraction of steps or tiles above 0 (or no table 'audit')", "0");
  audit.alarm = read_alarm(table.table("alarm"));
  table.finish();
  return audit;
}

std::vector<ConstraintConfig> read_constraints(ConfigTable &scheme) {
  std::vector<ConstraintConfig> constraints;
  for (ConfigTable &entry : scheme.tables("constraint")) {
    constraints.push_back({entry.rest(), entry.where()});
    const nlohmann::json kind = constraints.back().object.value("kind", nlohmann::json(""));
    check_kind(kind.is_string() ? kind.get<std::string>() : kind.dump(),
               {"budget", "bounds", "flux_divergence"}, entry.where());
  }
  return constraints;
}

std::vector<HookConfig> read_hooks(ConfigTable &scheme) {
  std::vector<HookConfig> hooks;
  for (ConfigTable &entry : scheme.tables("hook")) hooks.push_back(read_hook(entry));
  return hooks;
}

}  // namespace hyb
