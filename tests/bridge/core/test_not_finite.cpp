// SPDX-License-Identifier: BSD-3-Clause
// Where no guard stops them, NaN, infinities and values too large for the network pass through and
// are counted.
#include <cfenv>
#include <cmath>
#include <limits>

#include "statistics.hpp"

static const std::string unguarded = "guard.finite = \"pass\"\n";

static void inputs_are_counted_and_reach_the_outputs() {
  const Scheme scheme(emulate(write_emulator(column_card)) + unguarded);
  Model model(8);
  model.temperature[model.at(1, 0)] = std::numeric_limits<double>::quiet_NaN();
  model.temperature[model.at(2, 1)] = std::numeric_limits<double>::infinity();
  model.temperature[model.at(3, 2)] = 1e300;  // infinite in the network's real32
  model.pressure[4] = std::numeric_limits<double>::signaling_NaN();
  model.block(scheme, 1, 8);
  CHECK_EQ(counted(scheme, "inputs_not_finite"), 4);
  CHECK_EQ(counted(scheme, "outputs_not_finite"), 4 * 4);
  CHECK(std::isnan(model.rain[1]) && std::isinf(model.rain[2]) && std::isinf(model.rain[3]) &&
        std::isnan(model.rain[4]));
  for (const int64_t good : {0, 5, 6, 7})
    CHECK_EQ(model.rain[static_cast<size_t>(good)], model.emulated(good, model_levels));
}

static void outputs_are_counted() {
  const Scheme scheme(emulate(write_emulator(column_card, "nan")) + unguarded);
  Model model(6);
  model.block(scheme, 1, 6);
  CHECK_EQ(counted(scheme, "inputs_not_finite"), 0);
  CHECK_EQ(counted(scheme, "outputs_not_finite"), 3 * 4);
}

// A network of real64 in a host of real32.
static void outputs_too_large_for_the_host_are_counted() {
  const Scheme scheme(emulate(write_emulator(replaced(column_card, "real32", "real64"))) +
                      unguarded + "unused = [\"heating_rate\"]");
  const std::vector<double> t = {1e200, 1, 1, 1, 1, 1};
  const std::vector<double> p = {1, 1};
  std::vector<float> rain(2, -1);
  const Call call(scheme, 2);
  CHECK_OK(call.put("air_temperature", view_of(t, {2, 3})));
  CHECK_OK(call.put("surface_air_pressure", view_of(p, {2})));
  CHECK_OK(call.run());
  CHECK_OK(call.get("rainfall_flux", view_of(rain, {2})));
  CHECK_OK(call.close());
  CHECK(std::isinf(rain[0]) && std::isfinite(rain[1]));
  CHECK_EQ(counted(scheme, "outputs_not_finite"), 1);
}

// The buffers of an earlier, larger block are used again; what is left in them is never run.
static void padding_holds_well_behaved_values() {
  const Scheme scheme(emulate(write_emulator(column_card, "finite")));
  Model bad(40), good(35);
  bad.temperature.assign(bad.temperature.size(), std::numeric_limits<double>::quiet_NaN());
  const Call call(scheme, 40);
  bad.put_all(call, 1, 40);
  CHECK_OK(call.run());
  int32_t wanted = 0;
  CHECK_REFUSED(hyb_call_native_wanted(&call.handle, &wanted), HYB_ERROR_INTERNAL,
                "values that are not finite");
  CHECK_OK(call.close());
  good.block(scheme, 1, 35);
  CHECK(good.is_emulated());
}

static void statistics_stay_valid_json() {
  const Scheme scheme(shadow(write_emulator(column_card, "nan")));
  Model model(4);
  model.pressure[0] = 1e300;
  model.block(scheme, 1, 4);
  CHECK_EQ(counted(scheme, "calls"), 1);
}

int main() {
  feenableexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW);
  inputs_are_counted_and_reach_the_outputs();
  outputs_are_counted();
  outputs_too_large_for_the_host_are_counted();
  padding_holds_well_behaved_values();
  statistics_stay_valid_json();
  return check_failures();
}
