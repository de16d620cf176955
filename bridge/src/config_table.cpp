// SPDX-License-Identifier: BSD-3-Clause
#include "config_table.hpp"

#include <algorithm>
#include <sstream>

#include "error.hpp"
#include "text.hpp"

namespace hyb {
namespace {

const toml::table empty_table;

std::string shown(const toml::node &node) {
  std::ostringstream text;
  node.visit([&](const auto &value) { text << value; });
  std::ostringstream type;
  type << node.type();
  return type.str() + " " + text.str();
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

void ConfigTable::read_fraction(const char *key, double &value) {
  const toml::node *node = find(key);
  if (!node) return;
  if (!node->is_number()) wrong_type(key, *node, "a number from 0 to 1");
  value = *node->value<double>();
  if (!(value >= 0.0 && value <= 1.0)) wrong_type(key, *node, "a number from 0 to 1");
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
