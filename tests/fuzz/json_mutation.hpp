// SPDX-License-Identifier: BSD-3-Clause
// Changes of a JSON value that leave it JSON, drawn by a seed: what gets past a parser, to the
// checks behind it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <nlohmann/json.hpp>
#include <random>
#include <vector>

class JsonMutation {
 public:
  using Json = nlohmann::json;

  explicit JsonMutation(uint32_t seed) : random_(seed) {}

  size_t below(size_t count) { return random_() % count; }

  // Changes one part of the value.
  void change(Json &root) {
    std::vector<Json *> parts;
    collect(root, parts);
    Json &part = *parts[below(parts.size())];
    if (part.is_structured() && !part.empty() && below(2)) return change_list(part);
    if (part.is_number() && below(4))
      part = number(part);
    else
      part = Json(*parts[below(parts.size())]);  // what stands elsewhere
  }

 private:
  static void collect(Json &value, std::vector<Json *> &parts) {
    parts.push_back(&value);
    if (value.is_structured())
      for (Json &part : value) collect(part, parts);
  }

  // Mostly near what was there, so that a part of the results is taken.
  Json number(const Json &old) {
    static const Json odd[] = {-1, 0.5, -0.0, 1e308, 1e-320, 1 << 24, int64_t{1} << 31,
                               int64_t{1} << 40, INT64_MAX, INT64_MIN, UINT64_MAX};
    if (below(8) == 0) return odd[below(std::size(odd))];
    if (!old.is_number_integer()) return old.get<double>() * (static_cast<int>(below(5)) - 2);
    if (below(2)) return static_cast<int64_t>(below(16));
    return static_cast<int64_t>(old.get<uint64_t>() + below(5) - 2);
  }

  void change_list(Json &list) {
    const auto some = [&] {
      return std::next(list.begin(), static_cast<std::ptrdiff_t>(below(list.size())));
    };
    const auto one = some(), other = some();  // in this order with every compiler
    switch (below(3)) {
      case 0: list.erase(one); return;
      case 1: std::swap(*one, *other); return;
      default: if (list.is_array()) list.push_back(Json(*one));
    }
  }

  std::mt19937 random_;
};
