// SPDX-License-Identifier: BSD-3-Clause
// Every wrong order of the phases of a call is an error, and the host lives on.
#include "model.hpp"

static const std::string &emulator() {
  static const std::string path = write_emulator(column_card);
  return path;
}

static void wrong_orders_are_refused(const std::string &table) {
  const Scheme scheme(table);
  const Model model(4);
  const auto p = model.section(model.pressure, 1, 4), rain = model.section(model.rain, 1, 4);
  int32_t wanted = -1;
  const Call call(scheme, 4);
  CHECK_REFUSED(call.get("rainfall_flux", rain), HYB_ERROR_PHASE, "scheme 'test'",
                "expected get after run", "found run not called yet");
  CHECK_REFUSED(hyb_call_native_wanted(&call.handle, &wanted), HYB_ERROR_PHASE,
                "expected run before native_wanted", "found");
  CHECK_EQ(wanted, 1);
  model.put_all(call, 1, 4);
  CHECK_OK(call.run());
  CHECK_REFUSED(call.put("surface_air_pressure", p), HYB_ERROR_PHASE, "expected put before run",
                "found run called already");
  CHECK_REFUSED(call.run(), HYB_ERROR_PHASE, "expected one run", "found run called already");
  model.get_all(call, 1, 4);
  CHECK_REFUSED(call.get("rainfall_flux", rain), HYB_ERROR_FIELD, "rainfall_flux",
                "expected one get", "found a second time");
  CHECK_OK(call.close());
  CHECK_REFUSED(call.close(), HYB_ERROR_PHASE, "expected an open one", "found");
  CHECK_REFUSED(call.put("surface_air_pressure", p), HYB_ERROR_PHASE, "expected an open one");
  CHECK_REFUSED(call.get("rainfall_flux", rain), HYB_ERROR_PHASE, "expected an open one");
  CHECK_REFUSED(call.run(), HYB_ERROR_PHASE, "expected an open one");
  CHECK_REFUSED(hyb_call_native_wanted(&call.handle, &wanted), HYB_ERROR_PHASE, "an open one");
}

static void a_close_before_run_is_reported_and_closes() {
  const Scheme scheme(emulate(emulator()));
  const Call call(scheme, 4);
  CHECK_REFUSED(call.close(), HYB_ERROR_PHASE, "scheme 'test'",
                "expected run before close", "found run not called");
  CHECK_REFUSED(call.close(), HYB_ERROR_PHASE, "expected an open one");
}

static void an_input_is_given_once() {
  const Scheme scheme(emulate(emulator()));
  Model model(4);
  const auto p = model.section(model.pressure, 1, 4);
  const Call call(scheme, 4);
  CHECK_OK(call.put("surface_air_pressure", p));
  CHECK_REFUSED(call.put("surface_air_pressure", p), HYB_ERROR_FIELD, "surface_air_pressure",
                "expected put once", "found a second time");
  CHECK_REFUSED(call.run(), HYB_ERROR_FIELD, "expected every input of the card",
                "found no put of 'air_temperature'");
  CHECK(call.native_wanted());
  CHECK_OK(call.close());
}

static void a_name_with_a_typing_error_is_told() {
  const Scheme scheme(emulate(emulator()));
  Model model(4);
  const Call call(scheme, 4);
  CHECK_OK(call.put("surface_air_pressure", model.section(model.pressure, 1, 4)));
  CHECK_OK(call.put("air_temprature", model.section(model.pressure, 1, 4)));
  CHECK_REFUSED(call.run(), HYB_ERROR_FIELD, "found no put of 'air_temperature'",
                "but of 'air_temprature', unknown to it");
  CHECK_OK(call.close());
}

static void a_field_that_the_emulator_does_not_need_may_be_put() {
  const Scheme scheme(emulate(emulator()));
  Model model(4);
  const Call call(scheme, 4);
  model.put_all(call, 1, 4);
  CHECK_OK(call.put("relative_humidity", model.section(model.pressure, 1, 4)));
  CHECK_OK(call.run());
  model.get_all(call, 1, 4);
  CHECK_OK(call.close());
  CHECK(model.is_emulated());
}

static void an_output_that_the_emulator_does_not_have_is_refused(const std::string &table) {
  const Scheme scheme(table);
  const Model model(4);
  const Call call(scheme, 4);
  model.put_all(call, 1, 4);
  CHECK_OK(call.run());
  CHECK_REFUSED(call.get("rainfall_fluxes", model.section(model.rain, 1, 4)), HYB_ERROR_FIELD,
                "unknown output 'rainfall_fluxes'", "did you mean 'rainfall_flux'");
  CHECK_OK(call.get("heating_rate", model.section(model.heating, 1, 4)));
  CHECK_REFUSED(call.close(), HYB_ERROR_FIELD, "expected a get of every output",
                "found none of 'rainfall_flux'");
}

static void an_output_may_be_declared_unused() {
  const Scheme scheme(emulate(emulator()) + "unused = [\"rainfall_flux\"]");
  const Model model(4);
  const Call call(scheme, 4);
  model.put_all(call, 1, 4);
  CHECK_OK(call.run());
  CHECK_OK(call.get("heating_rate", model.section(model.heating, 1, 4)));
  CHECK_OK(call.close());
}

static void a_step_discards_calls_that_are_open() {
  const Scheme scheme(emulate(emulator()));
  Model model(8);
  const Call one(scheme, 4, 5), two(scheme, 4, 1);
  model.put_all(one, 5, 4);
  CHECK_REFUSED(hyb_domain_step(scheme.domain.handle, 7, nullptr, 0), HYB_ERROR_PHASE,
                "scheme 'test'", "expected every call closed", "found 2 open", "column 5");
  CHECK_REFUSED(one.run(), HYB_ERROR_PHASE, "expected an open one", "discarded by step");
  CHECK_REFUSED(two.close(), HYB_ERROR_PHASE, "expected an open one");
  CHECK_OK(hyb_domain_step(scheme.domain.handle, 8, nullptr, 0));
  model.blocks(scheme, 4);
  CHECK(model.is_emulated());
}

static void names_are_limited() {
  const Scheme scheme(emulate(emulator()));
  const double x = 1;
  const Call call(scheme, 1);
  int32_t status = HYB_OK;
  for (int i = 0; i < 600 && status == HYB_OK; ++i)
    status = call.put(("name" + std::to_string(i)).c_str(), view_of(&x, {1}));
  CHECK_REFUSED(status, HYB_ERROR_FIELD, "fields of a scheme", "expected at most 512",
                "found one more");
  CHECK(call.close() != HYB_OK);
}

// In native mode everything returns at once.
static void native_mode_asks_for_nothing() {
  const Scheme scheme("");
  const hyb_view nothing{};
  const Call call(scheme, 4);
  CHECK(call.native_wanted());
  CHECK_OK(call.get("anything", nothing));
  CHECK_OK(call.put("anything", nothing));
  CHECK_OK(call.run());
  CHECK_OK(call.close());
  CHECK_REFUSED(call.close(), HYB_ERROR_PHASE, "expected an open one");
}

int main() {
  wrong_orders_are_refused(emulate(emulator()));
  wrong_orders_are_refused(shadow(emulator()));
  wrong_orders_are_refused("mode = \"record\"\nrecord.path = \"" + folder() / "x.nc" + "\"\n" +
                           "record.replace = true\n"
                           "field.air_temperature.unit = \"K\"\n"
                           "field.surface_air_pressure.unit = \"Pa\"\n"
                           "field.heating_rate.unit = \"K s-1\"\n"
                           "field.rainfall_flux.unit = \"kg m-2 s-1\"\n");
  a_close_before_run_is_reported_and_closes();
  an_input_is_given_once();
  a_name_with_a_typing_error_is_told();
  a_field_that_the_emulator_does_not_need_may_be_put();
  an_output_that_the_emulator_does_not_have_is_refused(emulate(emulator()));
  an_output_that_the_emulator_does_not_have_is_refused(shadow(emulator()));
  an_output_may_be_declared_unused();
  a_step_discards_calls_that_are_open();
  names_are_limited();
  native_mode_asks_for_nothing();
  return check_failures();
}
