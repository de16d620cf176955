// SPDX-License-Identifier: BSD-3-Clause
// Changes of a network file, by what it is made of: the header, the card, the operations, the data.
#pragma once

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "json_mutation.hpp"

struct NetworkParts {
  nlohmann::json header, card, network;
  std::string data;

  // Nothing where the bytes are no such file.
  static std::optional<NetworkParts> of(const std::string &bytes) {
    uint64_t length = 0;
    if (bytes.size() < sizeof length) return {};
    std::memcpy(&length, bytes.data(), sizeof length);
    if (length > bytes.size() - sizeof length) return {};
    const std::string data = bytes.substr(sizeof length + length);
    try {
      const auto header = nlohmann::json::parse(bytes.substr(sizeof length, length));
      const auto text = [&](const char *key) {
        return nlohmann::json::parse(header.at("__metadata__").at(key).get<std::string>());
      };
      return NetworkParts{header, text("card"), text("network"), data};
    } catch (const nlohmann::json::exception &) {
      return {};
    }
  }

  std::string bytes() const {
    nlohmann::json whole = header;
    if (whole.is_object())
      whole["__metadata__"] = {{"card", card.dump()}, {"network", network.dump()}};
    const std::string text = whole.dump();
    const uint64_t length = text.size();
    return std::string(reinterpret_cast<const char *>(&length), sizeof length) + text + data;
  }

  // Every tensor has the bytes that its shape asks for, in the order of their names.
  void fit_data() {
    constexpr uint64_t most = 1 << 14;
    uint64_t end = 0;
    for (auto &[name, entry] : header.items()) {
      if (name == "__metadata__" || !entry.is_object()) continue;
      const uint64_t begin = end;
      end = std::min(most, end + size_of(entry));
      entry["data_offsets"] = {begin, end};
    }
    const std::string old = std::exchange(data, std::string(end, '\0'));
    for (size_t i = 0; i < end && !old.empty(); ++i) data[i] = old[i % old.size()];
  }

  // A row that an index asks for, or a weight.
  void change_data(JsonMutation &random) {
    if (data.size() < sizeof(int32_t)) return;
    const size_t most[] = {16, 16, 1024, SIZE_MAX};
    const auto row = static_cast<int32_t>(random.below(most[random.below(4)]));
    std::memcpy(&data[random.below(data.size() / sizeof row) * sizeof row], &row, sizeof row);
  }

 private:
  static uint64_t size_of(const nlohmann::json &entry) {
    uint64_t size = entry.value("dtype", nlohmann::json()) == "F64" ? 8 : 4;
    for (const auto &extent : entry.value("shape", nlohmann::json::array()))
      if (extent.is_number_integer()) size *= extent.get<uint64_t>() % 4096;
    return size;
  }
};

// The file with a few changes; of any other bytes, some of them changed.
inline std::string mutated(const std::string &bytes, uint32_t seed) {
  JsonMutation random(seed);
  std::string changed = bytes;
  std::optional<NetworkParts> parts = NetworkParts::of(bytes);
  if (parts && random.below(8)) {
    for (size_t left = 1 + random.below(3); left > 0; --left) {
      nlohmann::json *const of[] = {&parts->header, &parts->card, &parts->network, &parts->network};
      if (random.below(3))
        random.change(*of[random.below(4)]);
      else
        parts->change_data(random);
    }
    if (parts->header.is_object() && random.below(2)) parts->fit_data();
    return parts->bytes();
  }
  for (size_t left = 1 + random.below(3); left > 0 && !changed.empty(); --left)
    changed[random.below(changed.size())] = static_cast<char>(random.below(256));
  return random.below(8) ? changed : changed.substr(0, random.below(changed.size() + 1));
}
