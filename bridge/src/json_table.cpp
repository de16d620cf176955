// SPDX-License-Identifier: BSD-3-Clause
#include "json_table.hpp"

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

JsonTable::JsonTable(const json &object, std::string where, int32_t status)
    : object_(object), where_(std::move(where)), status_(status) {
  if (!object_.is_object()) mismatch(status_, where_, "an object", shown(object_));
}

const json *JsonTable::find(const char *key) {
  asked_.insert(key);
  const auto at = object_.find(key);
  return at == object_.end() ? nullptr : &*at;
}

const json &JsonTable::need(const char *key, const char *expected) {
  const json *value = find(key);
  if (!value) mismatch(status_, where(key), expected, "nothing");
  return *value;
}

std::string JsonTable::text(const char *key) {
  const json &value = need(key, "a text");
  if (!value.is_string()) wrong(key, "a text", value);
  return value.get<std::string>();
}

std::string JsonTable::word(const char *key, const std::vector<std::string> &words,
                            const char *otherwise) {
  if (otherwise && !find(key)) return otherwise;
  const std::string found = text(key);
  if (std::find(words.begin(), words.end(), found) == words.end())
    mismatch(status_, where(key), "one of " + listed(words), in_quotes(found));
  return found;
}

int64_t JsonTable::count(const char *key) {
  const json &value = need(key, "a positive integer");
  if (!value.is_number_integer() || value.get<int64_t>() < 1 || value.get<int64_t>() > most_rows)
    wrong(key, "a positive integer", value);
  return value.get<int64_t>();
}

const json &JsonTable::list(const char *key) {
  const json &value = need(key, "a list");
  if (!value.is_array()) wrong(key, "a list", value);
  return value;
}

double JsonTable::positive(const char *key) {
  const json *value = find(key);
  if (!value) return 0;
  if (!value->is_number() || !(value->get<double>() > 0) || !std::isfinite(value->get<double>()))
    wrong(key, "a number above 0", *value);
  return value->get<double>();
}

double JsonTable::number(const char *key, double otherwise) {
  const json *value = find(key);
  if (!value) return otherwise;
  if (!value->is_number() || !std::isfinite(value->get<double>())) wrong(key, "a number", *value);
  return value->get<double>();
}

bool JsonTable::flag(const char *key, bool otherwise) {
  const json *value = find(key);
  if (!value) return otherwise;
  if (!value->is_boolean()) wrong(key, "true or false", *value);
  return value->get<bool>();
}

void JsonTable::carry_object(const char *key) {
  const json *value = find(key);
  if (value && !value->is_object()) wrong(key, "an object", *value);
}

void JsonTable::finish() const {
  for (const auto &[key, value] : object_.items())
    if (!asked_.count(key))
      fail(status_, where_ + ": " + unknown("key", key, {asked_.begin(), asked_.end()}));
}

void JsonTable::only(const std::vector<std::string> &keys) const {
  for (const auto &[key, value] : object_.items())
    if (std::find(keys.begin(), keys.end(), key) == keys.end())
      fail(status_, where_ + ": " + unknown("key", key, keys));
}

void JsonTable::wrong(const char *key, const char *expected, const json &found) const {
  mismatch(status_, where(key), expected, shown(found));
}

}  // namespace hyb
