// SPDX-License-Identifier: BSD-3-Clause
// A JSON object, of a card or made from the configuration, that remembers which keys were asked for,
// so that whatever else it holds is an unknown key.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "hybrid.h"

namespace hyb {

// A value in a message.
std::string shown(const nlohmann::json &value);

class JsonTable {
 public:
  // `where` names the object in messages: "radiation.pt: card: inputs[0]"; `status` is what they
  // come with.
  JsonTable(const nlohmann::json &object, std::string where, int32_t status = HYB_ERROR_CARD);

  const nlohmann::json *find(const char *key);
  const nlohmann::json &need(const char *key, const char *expected);
  std::string text(const char *key);
  // One of `words`; `otherwise` where the key is absent, which must not be if that is null.
  std::string word(const char *key, const std::vector<std::string> &words, const char *otherwise);
  int64_t count(const char *key);
  const nlohmann::json &list(const char *key);
  // 0 where the key is absent.
  double positive(const char *key);
  double number(const char *key, double otherwise);
  bool flag(const char *key, bool otherwise);
  // An object that is not looked into.
  void carry_object(const char *key);

  // Fails on the first key that was never asked for.
  void finish() const;

  // Fails on the first key that is none of these, whatever else is wrong.
  void only(const std::vector<std::string> &keys) const;

  const std::string &where() const { return where_; }
  int32_t status() const { return status_; }
  std::string where(const char *key) const { return where_ + ": " + key; }

  [[noreturn]] void wrong(const char *key, const char *expected,
                          const nlohmann::json &found) const;

 private:
  const nlohmann::json &object_;
  std::string where_;
  int32_t status_;
  std::set<std::string> asked_;
};

}  // namespace hyb
