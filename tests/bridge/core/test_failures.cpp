// SPDX-License-Identifier: BSD-3-Clause
// An emulator that fails while it runs: the native routine is wanted and its results stay.
#include <nlohmann/json.hpp>

#include "model.hpp"

// One block through a failing emulator, by a host that goes on.
static int32_t status_of_inference(const Scheme &scheme, Model &model) {
  const Call call(scheme, model.ncol);
  model.put_all(call, 1, model.ncol);
  CHECK_OK(call.run());
  int32_t wanted = -1;
  const int32_t status = hyb_call_native_wanted(&call.handle, &wanted);
  const std::string message = hyb_last_error();
  CHECK_EQ(wanted, 1);
  CHECK(call.native_wanted());
  model.run_native(1, model.ncol);
  model.get_all(call, 1, model.ncol);
  CHECK_OK(call.close());
  CHECK_HAS(message.c_str(), "hyb_call_native_wanted");
  return status;
}

static void the_native_result_stands(const std::string &table) {
  const Scheme scheme(table);
  Model model(9);
  CHECK_REFUSED(status_of_inference(scheme, model), HYB_ERROR_BACKEND, "run", "expected a result",
                "found a switch");
  CHECK(model.is_native());
  CHECK_REFUSED(status_of_inference(scheme, model), HYB_ERROR_BACKEND, "expected", "found");
  const char *json = nullptr;
  CHECK_OK(hyb_domain_statistics(scheme.domain.handle, &json));
  const auto counted = nlohmann::json::parse(json)["schemes"]["test"];
  CHECK_EQ(counted["failures"].get<int>(), 2);
  CHECK_EQ(counted["calls"].get<int>(), 2);
}

static void messages_of_a_plugin_are_never_trusted() {
  const Scheme unended(emulate(write_emulator(column_card, "long-message")));
  Model model(3);
  CHECK_REFUSED(status_of_inference(unended, model), HYB_ERROR_BACKEND, "xxxx");
  CHECK_EQ(std::count(hyb_last_error(), hyb_last_error() + std::strlen(hyb_last_error()), 'x'),
           4096);
  const Scheme odd(emulate(write_emulator(column_card, "odd-status")));
  CHECK_REFUSED(status_of_inference(odd, model), HYB_ERROR_PLUGIN, "expected a status", "found");
}

static void inputs_that_are_missing_count_as_a_failure_too() {
  const Scheme scheme(emulate(write_emulator(column_card)));
  Model model(3);
  const Call call(scheme, 3);
  CHECK_REFUSED(call.run(), HYB_ERROR_FIELD, "expected every input",
                "found no put of 'air_temperature' and 'surface_air_pressure'");
  CHECK(call.native_wanted());
  model.get_all(call, 1, 3);
  CHECK_OK(call.close());
  CHECK_EQ(model.rain[0], -1);
}

static void the_next_call_is_a_new_one() {
  const Scheme scheme(emulate(write_emulator(column_card)));
  Model model(3);
  const Call call(scheme, 3);
  CHECK(call.run() != HYB_OK);
  CHECK_OK(call.close());
  model.block(scheme, 1, 3);
  CHECK(model.is_emulated());
}

int main() {
  the_native_result_stands(emulate(write_emulator(column_card, "fail-run")));
  the_native_result_stands(shadow(write_emulator(column_card, "fail-run")));
  messages_of_a_plugin_are_never_trusted();
  inputs_that_are_missing_count_as_a_failure_too();
  the_next_call_is_a_new_one();
  return check_failures();
}
