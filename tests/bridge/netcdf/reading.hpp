// SPDX-License-Identifier: BSD-3-Clause
// Reads the recordings of storage.hpp and compares every value with the formula.
#pragma once

#include "storage.hpp"

// A recording that is read.
struct Reading {
  explicit Reading(const std::string &path) {
    hyb_message message{};
    if (storage().open(path.c_str(), &file, &message) != HYB_OK)
      std::fprintf(stderr, "open: %s\n", message.text);
    REQUIRE(file);
    CHECK_EQ(storage().contents(file, &nsample, &step, &column, &count, &variable, nullptr),
             HYB_OK);
  }
  ~Reading() { storage().close_reader(file); }
  Reading(const Reading &) = delete;
  Reading &operator=(const Reading &) = delete;

  std::vector<char> read(size_t number) const {
    const hyb_variable &v = variable[number];
    std::vector<char> data(static_cast<size_t>(nsample * width_of(v)) * size_of(v) + 8);
    CHECK_EQ(storage().read(file, static_cast<int32_t>(number), 0, nsample, data.data(), nullptr),
             HYB_OK);
    return data;
  }

  void *file = nullptr;
  int64_t nsample = 0;
  const int64_t *step = nullptr, *column = nullptr;
  int32_t count = 0;
  const hyb_variable *variable = nullptr;
};

inline void check_same(const hyb_variable &found, const hyb_variable &expected) {
  CHECK_EQ(std::string(found.group), expected.group);
  CHECK_EQ(std::string(found.name), expected.name);
  CHECK_EQ(std::string(found.unit), expected.unit);
  CHECK_EQ(std::string(found.role), expected.role);
  CHECK_EQ(found.kind, expected.kind);
  CHECK_EQ(found.nlevel, expected.nlevel);
  CHECK_EQ(found.nspecies, expected.nspecies);
}

inline bool values_hold(const Reading &reading, size_t number) {
  const hyb_variable &v = variables()[number];
  const int64_t levels = v.nlevel ? v.nlevel : 1, species = v.nspecies ? v.nspecies : 1;
  const std::vector<char> data = reading.read(number);
  for (int64_t i = 0; i < reading.nsample; ++i)
    for (int64_t l = 0; l < levels; ++l)
      for (int64_t s = 0; s < species; ++s)
        if (read_value(v, data.data(), (i * levels + l) * species + s) !=
            value_at(number, reading.step[i], reading.column[i], l, s))
          return false;
  return true;
}

// Every value of a file, by the formula; returns the number of samples.
inline int64_t check_file(const std::string &path) {
  const Reading reading(path);
  REQUIRE(reading.count == static_cast<int32_t>(variables().size()));
  for (size_t number = 0; number < variables().size(); ++number) {
    check_same(reading.variable[number], variables()[number]);
    CHECK(values_hold(reading, number));
  }
  return reading.nsample;
}

// A create that fails leaves the recording of that name (`count` samples), and nothing else.
inline void check_kept(const std::string &path, int64_t count, const hyb_recording_options &o,
                       const char *why) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const size_t before = names_in(folder).size();
  hyb_message message{};
  void *file = &message;
  CHECK_EQ(storage().create(path.c_str(), &o, &file, &message), HYB_ERROR_RECORD);
  CHECK(!file);
  CHECK_HAS(message.text, path.c_str());
  CHECK_HAS(message.text, why);
  CHECK_EQ(names_in(folder).size(), before);
  CHECK_EQ(check_file(path), count);
}
