// SPDX-License-Identifier: BSD-3-Clause
#include "units.hpp"

#include <cmath>
#include <cstdlib>
#include <map>
#include <sstream>

#include "error.hpp"
#include "text.hpp"

namespace hyb {
namespace {

// A unit as a factor times powers of base units: m, kg, s and names that are not known.
struct Dimensions {
  double factor = 1;
  std::map<std::string, int> powers;
};

struct Named {
  double factor;
  const char *of;  // other units; "" for a number
};

const std::map<std::string, Named> &named_units() {
  static const std::map<std::string, Named> names = {
      {"1", {1, ""}},          {"%", {0.01, ""}},       {"g", {1e-3, "kg"}},
      {"sec", {1, "s"}},       {"second", {1, "s"}},    {"seconds", {1, "s"}},
      {"min", {60, "s"}},      {"minute", {60, "s"}},
      {"minutes", {60, "s"}},  {"h", {3600, "s"}},      {"hr", {3600, "s"}},
      {"hour", {3600, "s"}},   {"hours", {3600, "s"}},  {"d", {86400, "s"}},
      {"day", {86400, "s"}},   {"days", {86400, "s"}},  {"cm", {1e-2, "m"}},
      {"mm", {1e-3, "m"}},     {"km", {1e3, "m"}},      {"hPa", {1e2, "Pa"}},
      {"mbar", {1e2, "Pa"}},   {"mb", {1e2, "Pa"}},     {"kPa", {1e3, "Pa"}},
      {"kJ", {1e3, "J"}},      {"mW", {1e-3, "W"}},     {"kW", {1e3, "W"}},
      {"N", {1, "kg m s-2"}},  {"Pa", {1, "N m-2"}},    {"J", {1, "N m"}},
      {"W", {1, "J s-1"}},
  };
  return names;
}

Dimensions dimensions_of(const std::string &unit);

void multiply(Dimensions &dimensions, const Dimensions &other, int power) {
  dimensions.factor *= std::pow(other.factor, power);
  for (const auto &[base, powers] : other.powers)
    if ((dimensions.powers[base] += power * powers) == 0) dimensions.powers.erase(base);
}

Dimensions named(const std::string &name) {
  const auto known = named_units().find(name);
  if (known == named_units().end()) return {1, {{name, 1}}};
  Dimensions dimensions = dimensions_of(known->second.of);
  dimensions.factor *= known->second.factor;
  return dimensions;
}

// "s-1", "m2", "kg": where the name ends and the power begins.
void multiply(Dimensions &dimensions, const std::string &factor) {
  size_t end = factor.size();
  while (end > 0 && (std::isdigit(static_cast<unsigned char>(factor[end - 1])))) --end;
  if (end > 0 && (factor[end - 1] == '-' || factor[end - 1] == '+')) --end;
  const bool plain = end == 0 || end == factor.size();
  multiply(dimensions, named(plain ? factor : factor.substr(0, end)),
           plain ? 1 : std::atoi(factor.c_str() + end));
}

Dimensions dimensions_of(const std::string &unit) {
  Dimensions dimensions;
  std::istringstream words(unit);
  for (std::string word; words >> word;) multiply(dimensions, word);
  return dimensions;
}

}  // namespace

Quantity quantity_of(const std::string &text, const std::string &where, int32_t status) {
  const char *begin = text.c_str();
  char *end = nullptr;
  Quantity quantity{std::strtod(begin, &end), ""};
  if (end == begin || !std::isfinite(quantity.value))
    mismatch(status, where, "a number and a unit, such as '50 K day-1'", in_quotes(text));
  std::istringstream words(end);
  for (std::string word; words >> word;)
    quantity.unit += (quantity.unit.empty() ? "" : " ") + word;
  if (quantity.unit.empty()) quantity.unit = "1";
  return quantity;
}

std::optional<double> converted(const Quantity &quantity, const std::string &unit) {
  const Dimensions from = dimensions_of(quantity.unit), to = dimensions_of(unit);
  if (from.powers != to.powers) return std::nullopt;
  return quantity.value * (from.factor / to.factor);
}

double seconds_of(const std::string &text, const std::string &where) {
  const std::optional<double> seconds = converted(quantity_of(text, where), "s");
  if (!seconds || *seconds < 0)
    mismatch(HYB_ERROR_CONFIG, where, "a time, such as '10 days' or '6 h'", in_quotes(text));
  return *seconds;
}

}  // namespace hyb
