// SPDX-License-Identifier: BSD-3-Clause
#include "statistics_table.hpp"

#include <algorithm>
#include <cstdio>
#include <limits>

#include "statistics_file.hpp"

namespace hyb {
namespace {

using nlohmann::json;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

// Names that every tool can read.
std::string plain(const std::string &name) {
  std::string text;
  for (const char letter : name) {
    const unsigned char code = static_cast<unsigned char>(letter);
    char escaped[8] = {letter, 0};
    const bool fits = (code | 32) >= 'a' && (code | 32) <= 'z';
    const bool inside = (code >= '0' && code <= '9') || code == '_';
    if (!fits && (text.empty() || !inside)) std::snprintf(escaped, sizeof escaped, "x%02x", code);
    text += escaped;
  }
  return text;
}

double number(const json &value) {
  if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
  return value.is_number() ? value.get<double>() : missing;
}

// Columns that guards objected to, by level; those of fields without levels at 0.
json guards_by_level(const json &list) {
  json guards = json::object();
  for (const json &one : list) {
    const std::string name = one["side"].get<std::string>() + "_" + one["guard"].get<std::string>();
    json &columns = guards[name]["columns"];
    const size_t level = one.value("level", size_t{0});
    while (columns.size() <= level) columns.push_back(0);
    columns[level] = columns[level].get<int64_t>() + one["columns"].get<int64_t>();
  }
  return guards;
}

// Inferences by the power of two that their samples are at most.
json sizes_by_power(const json &list) {
  json inferences = json::array();
  for (const json &one : list) {
    size_t power = 0;
    while ((int64_t{1} << power) < one["to"].get<int64_t>()) ++power;
    while (inferences.size() <= power) inferences.push_back(0);
    inferences[power] = one["inferences"];
  }
  return {{"inferences", inferences}};
}

json hooks_by_number(const json &list) {
  json hooks = json::object();
  for (size_t i = 0; i < list.size(); ++i) {
    json hook = list[i];
    hook.erase("knows");  // whatever its kind likes; the text has it
    hooks["hook_" + std::to_string(i + 1)] = hook;
  }
  return hooks;
}

// One scheme, so that what belongs together at all times has the same place.
json arranged(json scheme) {
  if (scheme.contains("guards")) scheme["guards"] = guards_by_level(scheme["guards"]);
  if (scheme.contains("hooks")) scheme["hooks"] = hooks_by_number(scheme["hooks"]);
  if (scheme.contains("batches")) scheme["batches"]["sizes"] = sizes_by_power(scheme["batches"]["sizes"]);
  return scheme;
}

// A list of objects as an object of lists.
json transposed(const json &rows) {
  json columns = json::object();
  for (const json &row : rows)
    for (const auto &[key, value] : row.items()) columns[key] = json::array();
  for (auto &[key, list] : columns.items())
    for (const json &row : rows) list.push_back(row.contains(key) ? row[key] : json(nullptr));
  return columns;
}

const std::map<std::string, std::string> about = {
    {"audited", "columns whose native result was compared"},
    {"bias", "mean of emulated minus native"},
    {"calls", "calls that were closed"},
    {"columns", "columns of closed calls; of a guard: those that it objected to"},
    {"failures", "calls without a result of the emulator"},
    {"inferences", "inferences; by the power of two that their samples are at most"},
    {"inputs_not_finite", "numbers put that are NaN or infinite"},
    {"limited", "values whose increment was limited"},
    {"mean", "mean increment of the hook"},
    {"outputs_not_finite", "results of the emulator that are NaN or infinite"},
    {"rejected", "columns that got the native result; of a hook: those that it vetoed"},
    {"rms", "root mean square increment of the hook"},
    {"samples", "samples of all inferences"},
    {"sum", "cumulative sum of the alarm"},
    {"weight", "share of the emulated result, or of what the hook adds"},
};

bool has_unit(const std::string &key) {
  return key == "mean" || key == "rms" || key == "bias" || key == "rmse";
}

std::string dimension_of(const std::string &path) {
  if (path.find("/guards/") != std::string::npos) return "level";
  return path.find("/sizes/") != std::string::npos ? "power" : "row";
}

using Leaf = std::function<void(const std::string &path, const std::string &unit,
                                const std::vector<double> &values, bool list)>;

// Visits every number and every list of numbers.
void visit(const json &node, const std::string &path, const std::string &key,
           const std::string &unit, const Leaf &leaf) {
  const std::string own = has_unit(key) || unit == "s" ? unit : "1";
  if (node.is_number() || node.is_boolean()) return leaf(path, own, {number(node)}, false);
  if (node.is_array() && !node.empty() && node[0].is_object())
    return visit(transposed(node), path, key, unit, leaf);
  if (node.is_array()) {
    std::vector<double> values;
    for (const json &one : node) values.push_back(number(one));
    return leaf(path, own, values, true);
  }
  if (!node.is_object()) return;
  const std::string inner = key == "seconds" ? "s" : node.value("unit", unit);
  for (const auto &[name, value] : node.items())
    visit(value, path + "/" + plain(name), name, inner, leaf);
}

std::string last_part(const std::string &path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

StatisticsTable::StatisticsTable(const std::string &statistics) {
  const json all = json::parse(statistics);
  add_letters("statistics", {statistics});
  add_schemes("total", {&all["schemes"]});
  const json &history = all["history"];
  if (!history.empty()) {
    add_clock(history);
    std::vector<const json *> times;
    for (const json &record : history) times.push_back(&record["schemes"]);
    add_schemes("history", times);
  }
  list();
}

void StatisticsTable::add_letters(const std::string &name, const std::vector<std::string> &texts) {
  size_t length = 1;
  for (const std::string &text : texts) length = std::max(length, text.size());
  Variable variable{name, "", "", 0};
  for (std::string text : texts) {
    text.resize(length);
    variable.letters += text;
  }
  const bool timed = name != "statistics";
  if (timed) variable.dimensions.push_back("time");
  if (timed) variable.extents.push_back(static_cast<int64_t>(texts.size()));
  variable.dimensions.push_back(last_part(name) + "_length");
  variable.extents.push_back(static_cast<int64_t>(length));
  variables_.push_back(std::move(variable));
}

// First: the dimension of all that follows in the group.
void StatisticsTable::add_clock(const json &history) {
  const int64_t n = static_cast<int64_t>(history.size());
  const std::tuple<const char *, const char *, const char *, const char *> clocks[] = {
      {"time", "elapsed", "s", "model time since the beginning of the run"},
      {"step", "step", "1", "the last step of the record"},
      {"steps", "steps", "1", "steps since the record before"},
      {"ranks", "ranks", "1", "processes that were added up"}};
  for (const auto &[name, key, unit, words] : clocks) {
    Variable variable{std::string("history/") + name, unit, words, HYB_REAL64, {"time"}, {n}};
    for (const json &record : history) variable.values.push_back(number(record[key]));
    variables_.push_back(std::move(variable));
  }
  std::vector<std::string> dates;
  for (const json &record : history) dates.push_back(record["date"]);
  add_letters("history/date", dates);
}

void StatisticsTable::add_schemes(const std::string &group,
                                  const std::vector<const json *> &times) {
  std::map<std::string, Series> all;
  for (size_t time = 0; time < times.size(); ++time) {
    const auto leaf = [&](const std::string &path, const std::string &unit,
                          const std::vector<double> &values, bool list) {
      Series &series = all[path];
      series.unit = unit;
      if (list) series.dimension = dimension_of(path);
      series.values.resize(times.size());
      series.values[time] = values;
    };
    for (const auto &[name, scheme] : times[time]->items())
      visit(arranged(scheme), group + "/" + plain(name), "", "", leaf);
  }
  for (const auto &[path, series] : all) add(path, series, group == "history");
}

void StatisticsTable::add(const std::string &name, const Series &series, bool timed) {
  const auto found = about.find(last_part(name));
  Variable variable{name, series.unit, found == about.end() ? "" : found->second};
  size_t length = 1;
  for (const auto &values : series.values) length = std::max(length, values.size());
  for (const auto &values : series.values) {
    variable.values.insert(variable.values.end(), values.begin(), values.end());
    variable.values.resize(variable.values.size() + length - values.size(), missing);
  }
  if (timed) variable.dimensions.push_back("time");
  if (timed) variable.extents.push_back(static_cast<int64_t>(series.values.size()));
  if (!series.dimension.empty()) {
    variable.dimensions.push_back(series.dimension);
    variable.extents.push_back(static_cast<int64_t>(length));
  }
  variables_.push_back(std::move(variable));
}

void StatisticsTable::list() {
  attributes_ = {{"Conventions", "CF-1.8"},
                 {"title", statistics_format},
                 {"pyhybrid_version", HYB_VERSION}};
  for (const Variable &one : variables_) {
    hyb_table_variable listed{one.name.c_str(), one.unit.c_str(), one.about.c_str(), one.kind,
                              static_cast<int32_t>(one.extents.size()), {}, {}, nullptr};
    for (size_t i = 0; i < one.extents.size(); ++i) {
      listed.dimension[i] = one.dimensions[i].c_str();
      listed.extent[i] = one.extents[i];
    }
    listed.data = one.kind == HYB_REAL64 ? static_cast<const void *>(one.values.data())
                                         : one.letters.data();
    listed_.push_back(listed);
  }
}

hyb_table StatisticsTable::contents() const {
  return {sizeof(hyb_table), static_cast<int32_t>(attributes_.size()), attributes_.data(),
          static_cast<int32_t>(listed_.size()), listed_.data()};
}

}  // namespace hyb
