// SPDX-License-Identifier: BSD-3-Clause
// Kinds of the host's arrays, in and out, through networks of both kinds.
#include <cmath>
#include <limits>

#include "fixture.hpp"

// One real, one integer and one logical input; a real and two flags out.
static std::string mixed_card(const char *kind) {
  return R"({"format": "pyhybrid card", "version": 1, "name": "mixed", "sample": "column",
  "kind": ")" + std::string(kind) + R"(", "inputs": [
    {"name": "height", "unit": "m", "role": "state", "kind": "real", "dims": ["column"]},
    {"name": "soil_type", "unit": "1", "role": "flag", "kind": "integer", "dims": ["column"]},
    {"name": "is_land", "unit": "1", "role": "flag", "kind": "logical", "dims": ["column"]}],
  "outputs": [
    {"name": "sum", "unit": "1", "role": "state", "kind": "real", "dims": ["column"]},
    {"name": "category", "unit": "1", "role": "flag", "kind": "integer", "dims": ["column"]},
    {"name": "is_wet", "unit": "1", "role": "flag", "kind": "logical", "dims": ["column"]}]})";
}

static double result(int64_t j, double height, double soil, double land) {
  return static_cast<double>(network_weight(0, j)) * height +
         static_cast<double>(network_weight(1, j)) * soil +
         static_cast<double>(network_weight(2, j)) * land;
}

template <class Real>
static void every_kind_goes_through(const char *network, int32_t truth) {
  const Scheme scheme(emulate(write_emulator(mixed_card(network))));
  const std::vector<Real> height = {0, 1, -2, 0.5};
  const std::vector<int32_t> soil = {0, 3, 0, -4}, land = {0, truth, 0, truth};
  std::vector<Real> sum(4, -9);
  std::vector<int32_t> category(4, -9), wet(4, -9);
  const Call call(scheme, 4);
  CHECK_OK(call.put("height", view_of(height, {4})));
  CHECK_OK(call.put("soil_type", view_of(soil, {4})));
  CHECK_OK(call.put("is_land", logical(view_of(land, {4}), truth)));
  CHECK_OK(call.run());
  CHECK(!call.native_wanted());
  CHECK_OK(call.get("sum", view_of(sum, {4})));
  CHECK_OK(call.get("category", view_of(category, {4})));
  CHECK_OK(call.get("is_wet", logical(view_of(wet, {4}), truth)));
  CHECK_OK(call.close());
  for (size_t i = 0; i < 4; ++i) {
    const double h = static_cast<double>(height[i]), l = land[i] ? 1 : 0;
    CHECK_EQ(sum[i], static_cast<Real>(result(0, h, soil[i], l)));
    CHECK_EQ(category[i], std::nearbyint(result(1, h, soil[i], l)));
    CHECK_EQ(wet[i], std::nearbyint(result(2, h, soil[i], l)) != 0 ? truth : 0);
  }
}

// What comes out of the flags for one value of the network's first input.
static std::pair<int32_t, int32_t> flags_of(double height) {
  const Scheme scheme(emulate(write_emulator(mixed_card("real64"))) + "unused = [\"sum\"]");
  const int32_t zero = 0;
  int32_t category = -9, wet = -9;
  const Call call(scheme, 1);
  CHECK_OK(call.put("height", view_of(&height, {1})));
  CHECK_OK(call.put("soil_type", view_of(&zero, {1})));
  CHECK_OK(call.put("is_land", logical(view_of(&zero, {1}))));
  CHECK_OK(call.run());
  CHECK_OK(call.get("category", view_of(&category, {1})));
  CHECK_OK(call.get("is_wet", logical(view_of(&wet, {1}), -1)));
  CHECK_OK(call.close());
  return {category, wet};
}

static void flags_are_rounded_to_the_nearest() {
  const double category = static_cast<double>(network_weight(0, 1));
  CHECK_EQ(flags_of(2.4 / category).first, 2);
  CHECK_EQ(flags_of(2.6 / category).first, 3);
  CHECK_EQ(flags_of(-2.6 / category).first, -3);
  CHECK_EQ(flags_of(0.01).second, 0);
  CHECK_EQ(flags_of(1.0).second, -1);
}

static void a_flag_without_a_whole_number_stays_as_it_is() {
  CHECK_EQ(flags_of(1e30), std::make_pair(-9, -9));
  CHECK_EQ(flags_of(-1e30), std::make_pair(-9, -9));
  CHECK_EQ(flags_of(std::numeric_limits<double>::quiet_NaN()), std::make_pair(-9, -9));
  CHECK_EQ(flags_of(std::numeric_limits<double>::infinity()), std::make_pair(-9, -9));
}

// An ifort host writes true as -1: only the lowest bit counts.
static void the_lowest_bit_is_the_truth() {
  for (const int32_t land : {1, -1, 3}) every_kind_goes_through<double>("real32", land);
}

static void a_truth_without_the_lowest_bit_is_refused() {
  const Scheme scheme(emulate(write_emulator(mixed_card("real32"))));
  const double height = 1;
  const int32_t one = 1;
  int32_t wet = -9;
  const Call call(scheme, 1);
  CHECK_OK(call.put("height", view_of(&height, {1})));
  CHECK_OK(call.put("soil_type", view_of(&one, {1})));
  CHECK_OK(call.put("is_land", logical(view_of(&one, {1}), 0)));
  CHECK_OK(call.run());
  CHECK_REFUSED(call.get("is_wet", logical(view_of(&wet, {1}), 0)), HYB_ERROR_ARGUMENT, "truth",
                "expected", "found 0");
  CHECK_EQ(wet, -9);
  CHECK_REFUSED(call.close(), HYB_ERROR_FIELD, "expected");
}

int main() {
  every_kind_goes_through<float>("real32", 1);
  every_kind_goes_through<float>("real64", 1);
  every_kind_goes_through<double>("real32", 1);
  every_kind_goes_through<double>("real64", 1);
  the_lowest_bit_is_the_truth();
  a_truth_without_the_lowest_bit_is_refused();
  flags_are_rounded_to_the_nearest();
  a_flag_without_a_whole_number_stays_as_it_is();
  return check_failures();
}
