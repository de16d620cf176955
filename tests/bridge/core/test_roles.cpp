// SPDX-License-Identifier: BSD-3-Clause
// States and tendencies are overwritten, increments are added to, one value serves all columns.
#include "model.hpp"

static std::string increment_card() {
  return replaced(replaced(column_card, "\"tendency\"", "\"increment\""), "real32", "real64");
}

static void increments_are_added() {
  const Scheme scheme(emulate(write_emulator(increment_card())));
  Model model(9);
  for (int round = 1; round <= 3; ++round) {
    model.blocks(scheme, 4);
    for (int64_t i = 0; i < model.ncol; ++i) {
      CHECK_EQ(model.heating[model.at(i, 1)], -1 + round * model.emulated(i, 1));
      CHECK_EQ(model.rain[static_cast<size_t>(i)], model.emulated(i, model_levels));
    }
  }
}

static void increments_are_added_in_the_kind_of_the_host() {
  const Scheme scheme(emulate(write_emulator(increment_card())) + "unused = [\"rainfall_flux\"]");
  const Model model(1);
  std::vector<float> heating(3, 0.25f);
  const Call call(scheme, 1);
  model.put_all(call, 1, 1);
  CHECK_OK(call.run());
  CHECK_OK(call.get("heating_rate", view_of(heating, {1, 3})));
  CHECK_OK(call.close());
  CHECK_EQ(heating[2], 0.25f + static_cast<float>(model.emulated(0, 2)));
}

// A field that is input and output: put before the native routine, got after.
static void a_field_may_be_updated_in_place() {
  const std::string card = replaced(
      replaced(column_card, "\"heating_rate\", \"unit\": \"K s-1\"",
               "\"air_temperature\", \"unit\": \"K\""),
      "\"tendency\"", "\"state\"");
  const Scheme scheme(emulate(write_emulator(card)));
  Model model(3);
  const Model before(3);
  const Call call(scheme, 3);
  model.put_all(call, 1, 3);
  CHECK_OK(call.run());
  CHECK_OK(call.get("air_temperature", model.section(model.temperature, 1, 3)));
  CHECK_OK(call.get("rainfall_flux", model.section(model.rain, 1, 3)));
  CHECK_OK(call.close());
  for (int64_t i = 0; i < 3; ++i)
    for (int64_t l = 0; l < model_levels; ++l)
      CHECK_EQ(model.temperature[model.at(i, l)], before.emulated(i, l));
}

static void an_increment_is_real() {
  const Scheme scheme("mode = \"record\"\nrecord.path = \"" + folder() / "x.nc" + "\"");
  CHECK_OK(scheme.declare("index", "1", HYB_INCREMENT, nullptr));
  const std::vector<int32_t> index(4, 1);
  const Call call(scheme, 4);
  CHECK_REFUSED(call.put("index", view_of(index, {4})), HYB_ERROR_FIELD, "increment", "kind",
                "expected real32 or real64", "found int32");
  CHECK_OK(call.run());
  CHECK_OK(call.close());
}

static void one_value_may_serve_all_columns() {
  const Scheme scheme(emulate(write_emulator(column_card)));
  Model model(20);
  const double pressure = 111;
  for (double &p : model.pressure) p = pressure;
  const Call call(scheme, 20);
  CHECK_OK(call.put("air_temperature", model.section(model.temperature, 1, 20)));
  CHECK_OK(call.put("surface_air_pressure", view_of(&pressure, {})));
  CHECK_OK(call.run());
  model.get_all(call, 1, 20);
  CHECK_OK(call.close());
  CHECK(model.is_emulated());
}

static void an_output_has_columns() {
  const Scheme scheme(emulate(write_emulator(column_card)));
  const Model model(1);
  double rain = -1;
  const Call call(scheme, 1);
  model.put_all(call, 1, 1);
  CHECK_OK(call.run());
  CHECK(call.get("rainfall_flux", view_of(&rain, {})) != HYB_OK);
  CHECK_HAS(hyb_last_error(), "expected");
  CHECK_HAS(hyb_last_error(), "column");
  CHECK_EQ(rain, -1);
  CHECK(call.close() != HYB_OK);
}

// Where it was not put, a block with a rejected column is all native.
static void an_increment_that_was_not_put_goes_with_its_block() {
  const Scheme scheme(emulate(write_emulator(increment_card(), "nan")));
  Model model(4);
  const Call call(scheme, 4);
  model.put_all(call, 1, 4);
  CHECK_OK(call.run());
  CHECK(call.native_wanted());
  model.run_native(1, 4);
  model.get_all(call, 1, 4);
  CHECK_OK(call.close());
  CHECK(model.is_native());
}

// What is asked for by configuration fails in the first block.
static void an_increment_that_is_mixed_is_put_before() {
  const Scheme scheme("mode = \"blend\"\nemulator = \"" + write_emulator(increment_card()) +
                      "\"\n");
  Model model(4);
  const Call call(scheme, 4);
  model.put_all(call, 1, 4);
  CHECK_OK(call.run());
  CHECK_REFUSED(call.get("heating_rate", model.section(model.heating, 1, 4)), HYB_ERROR_FIELD,
                "heating_rate", "a put before the get");
  CHECK_REFUSED(call.close(), HYB_ERROR_FIELD, "none of");
}

int main() {
  an_increment_that_was_not_put_goes_with_its_block();
  an_increment_that_is_mixed_is_put_before();
  increments_are_added();
  increments_are_added_in_the_kind_of_the_host();
  a_field_may_be_updated_in_place();
  an_increment_is_real();
  one_value_may_serve_all_columns();
  an_output_has_columns();
  return check_failures();
}
