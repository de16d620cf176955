// SPDX-License-Identifier: BSD-3-Clause
// The little host with faults planted in some of its columns.
#pragma once

#include <set>

#include "statistics.hpp"

// column_card with ranges: temperatures of the model are 200 to 300 K; heating of good columns lies
// within the range, too.
inline std::string ranged_card() {
  const std::string t = R"("dims": ["column", "level"], "levels": 3})";
  std::string card = replaced(column_card, t, R"("dims": ["column", "level"], "levels": 3,
     "valid_range": {"min": 100, "max": 1000}})");
  return replaced(card, R"("sample": "column",)",
                  R"("sample": "column",
  "training_range": {"air_temperature": {"min": 200, "max": 300},
                     "surface_air_pressure": {"min": 100, "max": 160}},)");
}

struct GuardedModel : Model {
  using Model::Model;
  std::set<int64_t> faulty;  // columns, from 0

  void plant(int64_t column, int64_t level, double value) {
    temperature[at(column, level)] = value;
    faulty.insert(column);
  }

  // Columns with faults have native results, all others emulated ones, to the bit.
  bool is_right() const {
    Model native(ncol);
    native.temperature = temperature;
    native.run_native(1, ncol);
    for (int64_t i = 0; i < ncol; ++i) {
      const bool bad = faulty.count(i) > 0;
      for (int64_t j = 0; j <= model_levels; ++j) {
        const bool is_rain = j == model_levels;
        const double found = is_rain ? rain[static_cast<size_t>(i)] : heating[at(i, j)];
        const double want = is_rain ? native.rain[static_cast<size_t>(i)] : native.heating[at(i, j)];
        if (!same(found, bad ? want : emulated(i, j))) return false;
      }
    }
    return true;
  }

  static bool same(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0; }
};
