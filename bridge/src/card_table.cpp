// SPDX-License-Identifier: BSD-3-Clause
#include "card_table.hpp"

#include <algorithm>
#include <cmath>

#include "axes.hpp"
#include "error.hpp"
#include "text.hpp"

namespace hyb {

using nlohmann::json;

std::string shown(const json &value) {
  return value.is_structured() ? std::string("an ") + value.type_name() : value.dump();
}

CardTable::CardTable(const json &object, std::string where)
    : object_(object), where_(std::move(where)) {
  if (!object_.is_object()) mismatch(HYB_ERROR_CARD, where_, "an object", shown(object_));
}

const json *CardTable::find(const char *key) {
  asked_.insert(key);
  const auto at = object_.find(key);
  return at == object_.end() ? nullptr : &*at;
}

const json &CardTable::need(const char *key, const char *expected) {
  const json *value = find(key);
  if (!value) mismatch(HYB_ERROR_CARD, where(key), expected, "nothing");
  return *value;
}

std::string CardTable::text(const char *key) {
  const json &value = need(key, "a text");
  if (!value.is_string()) wrong(key, "a text", value);
  return value.get<std::string>();
}

std::string CardTable::word(const char *key, const std::vector<std::string> &words,
                            const char *otherwise) {
  if (otherwise && !find(key)) return otherwise;
  const std::string found = text(key);
  if (std::find(words.begin(), words.end(), found) == words.end())
    mismatch(HYB_ERROR_CARD, where(key), "one of " + listed(words), in_quotes(found));
  return found;
}

int64_t CardTable::count(const char *key) {
  const json &value = need(key, "a positive integer");
  if (!value.is_number_integer() || value.get<int64_t>() < 1 || value.get<int64_t>() > most_rows)
    wrong(key, "a positive integer", value);
  return value.get<int64_t>();
}

const json &CardTable::list(const char *key) {
  const json &value = need(key, "a list");
  if (!value.is_array()) wrong(key, "a list", value);
  return value;
}

double CardTable::positive(const char *key) {
  const json *value = find(key);
  if (!value) return 0;
  if (!value->is_number() || !(value->get<double>() > 0) || !std::isfinite(value->get<double>()))
    wrong(key, "a number above 0", *value);
  return value->get<double>();
}

void CardTable::carry_object(const char *key) {
  const json *value = find(key);
  if (value && !value->is_object()) wrong(key, "an object", *value);
}

void CardTable::finish() const {
  for (const auto &[key, value] : object_.items())
    if (!asked_.count(key))
      fail(HYB_ERROR_CARD, where_ + ": " + unknown("key", key, {asked_.begin(), asked_.end()}));
}

void CardTable::wrong(const char *key, const char *expected, const json &found) const {
  mismatch(HYB_ERROR_CARD, where(key), expected, shown(found));
}

}  // namespace hyb
