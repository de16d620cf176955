// SPDX-License-Identifier: BSD-3-Clause
#include "config_table.hpp"

#include <algorithm>
#include <sstream>

#include "error.hpp"
#include "text.hpp"

namespace hyb {
namespace {

const toml::table empty_table;

// Of lists and tables the type alone: they may be long, and how toml++ 3.3 breaks their lines is
// undefined where they hold numbers between 0 and 1.
std::string shown(const toml::node &node) {
  std::ostringstream text;
  text << node.type();
  if (node.is_value()) node.visit([&](const auto &value) { text << ' ' << value; });
  return text.str();
}

}  // namespace

ConfigTable::ConfigTable(const toml::table &table, std::string source, std::string path,
                         uint32_t line)
    : table_(table), source_(std::move(source)), path_(std::move(path)), line_(line) {}

std::string ConfigTable::placed(const std::string &path, uint32_t line) const {
  return source_ + (line == 0 ? "" : ", line " + std::to_string(line)) +
         (path.empty() ? "" : ": " + path);
}

uint32_t ConfigTable::line_of(const char *key) const {
  const toml::node *node = table_.get(key);
  const uint32_t line = node ? node->source().begin.line : 0;
  return line == 0 ? line_ : line;
}

std::string ConfigTable::where(const char *key) const {
  return placed(path_of(key), line_of(key));
}

const toml::node *ConfigTable::find(const char *key) {
  asked_.insert(key);
  return table_.get(key);
}

void ConfigTable::wrong_type(const char *key, const toml::node &node, const char *expected) const {
  mismatch(HYB_ERROR_CONFIG, where(key), expected, shown(node));
}

void ConfigTable::read(const char *key, std::string &value) {
  const toml::node *node = find(key);
  if (!node) return;
  if (!node->is_string()) wrong_type(key, *node, "a string");
  value = **node->as_string();
}

void ConfigTable::read(const char *key, bool &value) {
  const toml::node *node = find(key);
  if (!node) return;
  if (!node->is_boolean()) wrong_type(key, *node, "true or false");
  value = **node->as_boolean();
}

void ConfigTable::read(const char *key, int64_t &value, int64_t least, int64_t most) {
  const toml::node *node = find(key);
  if (!node) return;
  const std::string range =
      "an integer from " + std::to_string(least) + " to " + std::to_string(most);
  if (!node->is_integer()) wrong_type(key, *node, range.c_str());
  value = **node->as_integer();
  if (value < least || value > most) wrong_type(key, *node, range.c_str());
}

void ConfigTable::read(const char *key, double &value, double least, double most) {
  const toml::node *node = find(key);
  if (node) value = number(key, *node, least, most);
}

double ConfigTable::number(const char *key, const toml::node &node, double least, double most) {
  std::ostringstream range;
  range << "a number from " << least << " to " << most;
  if (!node.is_number()) wrong_type(key, node, range.str().c_str());
  const double value = *node.value<double>();
  if (!(value >= least && value <= most)) wrong_type(key, node, range.str().c_str());
  return value;
}

void ConfigTable::read(const char *key, std::vector<double> &value, double least, double most) {
  const toml::node *node = find(key);
  if (!node) return;
  if (!node->is_array()) wrong_type(key, *node, "a list of numbers");
  for (const toml::node &entry : *node->as_array())
    value.push_back(number(key, entry, least, most));
}

void ConfigTable::read(const char *key, std::vector<std::string> &value) {
  const toml::node *node = find(key);
  if (!node) return;
  if (!node->is_array()) wrong_type(key, *node, "a list of strings");
  for (const toml::node &entry : *node->as_array()) {
    if (!entry.is_string()) wrong_type(key, *node, "a list of strings");
    value.push_back(**entry.as_string());
  }
}

size_t ConfigTable::read_word(const char *key, const std::vector<std::string> &words,
                              size_t otherwise) {
  std::string word;
  read(key, word);
  if (!has(key)) return otherwise;
  const auto at = std::find(words.begin(), words.end(), word);
  if (at == words.end())
    fail(HYB_ERROR_CONFIG, placed(path_, line_of(key)) + ": " + unknown(key, word, words));
  return static_cast<size_t>(at - words.begin());
}

ConfigTable ConfigTable::table(const char *key) {
  const toml::node *node = find(key);
  if (node && !node->is_table()) wrong_type(key, *node, "a table");
  return {node ? *node->as_table() : empty_table, source_, path_of(key), line_of(key)};
}

std::vector<ConfigTable> ConfigTable::tables(const char *key) {
  const toml::node *node = find(key);
  std::vector<ConfigTable> tables;
  if (!node) return tables;
  if (node->is_table()) return {table(key)};
  if (!node->is_array()) wrong_type(key, *node, "a table or a list of tables");
  for (const toml::node &entry : *node->as_array()) {
    if (!entry.is_table()) wrong_type(key, entry, "a table");
    const std::string path = path_of(key) + "[" + std::to_string(tables.size() + 1) + "]";
    tables.push_back({*entry.as_table(), source_, path, entry.source().begin.line});
  }
  return tables;
}

nlohmann::json ConfigTable::rest() const {
  toml::table others;
  for (const auto &[key, node] : table_)
    if (!asked_.count(std::string(key.str()))) others.insert(key, node);
  std::ostringstream text;
  text << toml::json_formatter(others);
  return nlohmann::json::parse(text.str());
}

std::vector<std::string> ConfigTable::keys() const {
  std::vector<std::string> names;
  for (const auto &entry : table_) names.emplace_back(entry.first.str());
  return names;
}

void ConfigTable::finish() const {
  for (const auto &[key, node] : table_) {
    const std::string name(key.str());
    if (asked_.count(name)) continue;
    fail(HYB_ERROR_CONFIG, placed(path_, line_of(name.c_str())) + ": " +
                               unknown("key", name, {asked_.begin(), asked_.end()}));
  }
}

}  // namespace hyb
