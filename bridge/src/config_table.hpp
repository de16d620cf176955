// SPDX-License-Identifier: BSD-3-Clause
// A TOML table that remembers which keys were asked for, so that whatever else it holds is an
// unknown key.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "toml.hpp"

namespace hyb {

class ConfigTable {
 public:
  // Of a file: "hybrid.toml", or what a text is.
  ConfigTable(const toml::table &table, std::string source)
      : ConfigTable(table, std::move(source), "", 0) {}

  bool has(const char *key) const { return table_.contains(key); }
  bool is_text(const char *key) const { return table_[key].is_string(); }
  void read(const char *key, std::string &value);
  void read(const char *key, bool &value);
  void read(const char *key, int64_t &value, int64_t least, int64_t most);
  void read(const char *key, double &value, double least, double most);
  void read(const char *key, std::vector<std::string> &value);
  void read(const char *key, std::vector<double> &value, double least, double most);

  // One of `words`; returns its place, or `otherwise` where the key is absent.
  size_t read_word(const char *key, const std::vector<std::string> &words, size_t otherwise);

  // The sub-table of that name (an empty one where it is absent).
  ConfigTable table(const char *key);
  // A list of tables; one table counts as a list of one.
  std::vector<ConfigTable> tables(const char *key);
  std::vector<std::string> keys() const;
  // All that was not asked for yet, for who knows its keys.
  nlohmann::json rest() const;

  // Fails on the first key that was never asked for.
  void finish() const;

  // What messages begin with: "hybrid.toml, line 7: scheme.radiation", the line being the table's,
  // and "hybrid.toml, line 9: scheme.radiation.device", the line being the key's.
  std::string where() const { return placed(path_, line_); }
  std::string where(const char *key) const;

 private:
  ConfigTable(const toml::table &table, std::string source, std::string path, uint32_t line);
  std::string placed(const std::string &path, uint32_t line) const;
  std::string path_of(const char *key) const { return path_.empty() ? key : path_ + "." + key; }
  uint32_t line_of(const char *key) const;
  const toml::node *find(const char *key);
  double number(const char *key, const toml::node &node, double least, double most);
  [[noreturn]] void wrong_type(const char *key, const toml::node &node, const char *expected) const;

  const toml::table &table_;
  std::string source_, path_;  // the path of the root is ""
  uint32_t line_;              // 0 where there is none
  std::set<std::string> asked_;
};

}  // namespace hyb
