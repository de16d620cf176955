// SPDX-License-Identifier: BSD-3-Clause
// A TOML table that remembers which keys were asked for, so that whatever else it holds is an
// unknown key.
#pragma once

#include <toml++/toml.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace hyb {

class ConfigTable {
 public:
  // `where` names the table in messages: "hybrid.toml: [scheme.radiation]".
  ConfigTable(const toml::table &table, std::string where)
      : table_(table), where_(std::move(where)) {}

  bool has(const char *key) const { return table_.contains(key); }
  void read(const char *key, std::string &value);
  void read(const char *key, bool &value);
  void read(const char *key, int64_t &value, int64_t least, int64_t most);
  void read_fraction(const char *key, double &value);
  void read(const char *key, std::vector<std::string> &value);

  // One of `words`; returns its place, or `otherwise` where the key is absent.
  size_t read_word(const char *key, const std::vector<std::string> &words, size_t otherwise);

  // The sub-table of that name (an empty one where it is absent).
  ConfigTable table(const char *key);
  std::vector<std::string> keys() const;

  // Fails on the first key that was never asked for.
  void finish() const;

  const std::string &where() const { return where_; }

 private:
  const toml::node *find(const char *key);
  [[noreturn]] void wrong_type(const char *key, const toml::node &node, const char *expected) const;

  const toml::table &table_;
  std::string where_;
  std::set<std::string> asked_;
};

}  // namespace hyb
