// SPDX-License-Identifier: BSD-3-Clause
#include "json_text.hpp"

#include <limits>
#include <set>
#include <vector>

#include "failure.hpp"

namespace hybrid_builtin {
namespace {

using Json = nlohmann::json;

constexpr int deepest = 16;

// A name that occurs twice would hide the first.
class Check {
 public:
  explicit Check(const std::string &what) : what_(what) {}

  bool operator()(int depth, Json::parse_event_t event, const Json &value) {
    if (depth > deepest)
      refuse(what_, "nested at most " + std::to_string(deepest) + " deep", "more");
    if (event == Json::parse_event_t::object_start) names_.emplace_back();
    if (event == Json::parse_event_t::object_end) names_.pop_back();
    if (event == Json::parse_event_t::key) add(value.get<std::string>());
    return true;
  }

 private:
  void add(const std::string &name) {
    if (!names_.back().insert(name).second)
      refuse(what_, "every name once", in_quotes(name) + " twice");
  }

  const std::string &what_;
  std::vector<std::set<std::string>> names_;
};

}  // namespace

Json parsed_object(const std::string &what, const std::string &text) {
  try {
    Check check(what);
    Json object = Json::parse(text, [&check](int depth, Json::parse_event_t event, Json &value) {
      return check(depth, event, value);
    });
    if (!object.is_object()) refuse(what, "a JSON object", object.type_name());
    return object;
  } catch (const Json::exception &error) {
    refuse(what, "JSON", error.what());
  }
}

int64_t whole_number(const std::string &what, const Json &entry) {
  constexpr auto most = std::numeric_limits<int64_t>::max();
  const bool fits = !entry.is_number_unsigned() || entry.get<uint64_t>() <= uint64_t{most};
  if (!entry.is_number_integer() || !fits) refuse(what, "a whole number", entry.dump());
  return entry.get<int64_t>();
}

}  // namespace hybrid_builtin
