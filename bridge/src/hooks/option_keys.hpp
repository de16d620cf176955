// SPDX-License-Identifier: BSD-3-Clause
// Keys of a hook's own that are quantities.
#pragma once

#include <string>
#include <utility>

#include "json_table.hpp"

namespace hyb {

// A time in seconds, from "10 days"; `otherwise` where the key is absent. Above 0.
double read_seconds(JsonTable &options, const char *key, double otherwise);

// In `unit`, from "0.5 K day-1"; `otherwise` where the key is absent. 0 or more.
double read_quantity(JsonTable &options, const char *key, const std::string &unit,
                     double otherwise);

// A positive integer up to `most`; `otherwise` where the key is absent.
int64_t read_count(JsonTable &options, const char *key, int64_t most, int64_t otherwise);

// levels = [1, 60] of the host, the first not above the last; all levels where the key is absent.
std::pair<int64_t, int64_t> read_levels(JsonTable &options, const char *key);

}  // namespace hyb
