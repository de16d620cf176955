// SPDX-License-Identifier: BSD-3-Clause
// Quantities of the configuration, "50 K day-1", in the units of fields. Only what limits and times
// are written in: powers of SI units, with the prefixes and times below.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hybrid.h"

namespace hyb {

struct Quantity {
  double value = 0;
  std::string unit;  // "1" if none is written
};

// From "50 K day-1"; `where` names it in messages.
Quantity quantity_of(const std::string &text, const std::string &where,
                     int32_t status = HYB_ERROR_CONFIG);

// In another unit; nothing where the two measure different things. Units are factors of SI units:
// no degree_Celsius.
std::optional<double> converted(const Quantity &quantity, const std::string &unit);

// A time in seconds, from "10 days", "6 h", "30 min"; 0 or more.
double seconds_of(const std::string &text, const std::string &where);

}  // namespace hyb
