// SPDX-License-Identifier: BSD-3-Clause
#include "json_text.hpp"

#include <limits>
#include <set>
#include <vector>

#include "failure.hpp"

namespace hybrid_builtin {
namespace {

using Json = nlohmann::json;

constexpr size_t deepest = 16;

// Looks through a text before values are made of it, in a time that grows as its length does: the
// library's own filter takes the square of it. A name that occurs twice would hide the first.
class Check : public nlohmann::json_sax<Json> {
 public:
  explicit Check(const std::string &what) : what_(what) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t &) override { return true; }
  bool string(string_t &) override { return true; }
  bool binary(binary_t &) override { return true; }
  bool start_object(size_t) override { return begin(); }
  bool end_object() override { return end(); }
  bool start_array(size_t) override { return begin(); }
  bool end_array() override { return end(); }
  bool key(string_t &name) override {
    if (!names_.back().insert(name).second)
      refuse(what_, "every name once", in_quotes(name) + " twice");
    return true;
  }
  bool parse_error(size_t, const std::string &, const Json::exception &error) override {
    refuse(what_, "JSON", error.what());
  }

 private:
  bool begin() {
    if (names_.size() == deepest)
      refuse(what_, "nested at most " + std::to_string(deepest) + " deep", "more");
    names_.emplace_back();
    return true;
  }
  bool end() {
    names_.pop_back();
    return true;
  }

  const std::string &what_;
  std::vector<std::set<std::string>> names_;  // of the objects around; none of lists
};

}  // namespace

Json parsed_object(const std::string &what, const std::string &text) {
  Check check(what);
  Json::sax_parse(text, &check);
  Json object = Json::parse(text);
  if (!object.is_object()) refuse(what, "a JSON object", object.type_name());
  return object;
}

int64_t whole_number(const std::string &what, const Json &entry) {
  constexpr auto most = std::numeric_limits<int64_t>::max();
  const bool fits = !entry.is_number_unsigned() || entry.get<uint64_t>() <= uint64_t{most};
  if (!entry.is_number_integer() || !fits) refuse(what, "a whole number", entry.dump());
  return entry.get<int64_t>();
}

}  // namespace hybrid_builtin
