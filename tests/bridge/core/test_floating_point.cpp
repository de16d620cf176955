// SPDX-License-Identifier: BSD-3-Clause
// Hosts with traps, flush-to-zero and odd rounding: no entry traps, none changes anything.
#include <cmath>
#include <limits>
#include <thread>

#include "environment.hpp"
#include "model.hpp"

static const std::string &emulator() {
  static const std::string path = write_emulator(column_card, "dirty");
  return path;
}

// Values on which conversions, sums and roundings trap.
static Model hostile() {
  Model model(24);
  const double denormal = std::numeric_limits<double>::denorm_min();
  model.temperature[model.at(0, 0)] = std::numeric_limits<double>::signaling_NaN();
  model.temperature[model.at(1, 1)] = 1e300;
  model.temperature[model.at(2, 2)] = -std::numeric_limits<double>::infinity();
  model.temperature[model.at(3, 0)] = denormal;
  model.temperature[model.at(4, 0)] = 1e-42;  // a denormal in real32
  model.temperature[model.at(5, 0)] = 0.1;
  return model;
}

static void block(const Scheme &scheme, Model &model, int64_t first, int64_t ncol) {
  const auto t = model.section(model.temperature, first, ncol),
             p = model.section(model.pressure, first, ncol),
             heating = model.section(model.heating, first, ncol),
             rain = model.section(model.rain, first, ncol);
  hyb_call call;
  int32_t wanted = 0;
  CHECK_OK(UNCHANGED(hyb_call_open(scheme.handle, ncol, first, &call)));
  CHECK_OK(UNCHANGED(hyb_call_put(&call, "air_temperature", &t)));
  CHECK_OK(UNCHANGED(hyb_call_put(&call, "surface_air_pressure", &p)));
  CHECK_OK(UNCHANGED(hyb_call_run(&call)));
  CHECK_OK(UNCHANGED(hyb_call_native_wanted(&call, &wanted)));
  CHECK_OK(UNCHANGED(hyb_call_get(&call, "heating_rate", &heating)));
  CHECK_OK(UNCHANGED(hyb_call_get(&call, "rainfall_flux", &rain)));
  CHECK_OK(UNCHANGED(hyb_call_close(&call)));
}

static void calls_leave_the_environment(const Scheme &scheme) {
  const LegacyHost host;
  Model model = hostile();
  for (int round = 0; round < 3; ++round) block(scheme, model, 1, model.ncol);
}

static void calls_leave_the_environment_of_every_thread(const Scheme &scheme) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { calls_leave_the_environment(scheme); });
  for (std::thread &thread : threads) thread.join();
}

// Scores of 1e300 and infinities are computed inside get.
static void every_mode_leaves_the_environment() {
  const std::string record = "[scheme.test.record]\nreplace = true\npath = \"" +
                             folder() / "fp.nc" + "\"\n",
                    units = "field.air_temperature.unit = \"K\"\n"
                            "field.surface_air_pressure.unit = \"Pa\"\n"
                            "field.heating_rate.unit = \"K s-1\"\n"
                            "field.rainfall_flux.unit = \"kg m-2 s-1\"\n";
  for (const std::string &table :
       {std::string("mode = \"native\""), emulate(emulator()), shadow(emulator()),
        shadow(emulator()) + record, emulate(emulator()) + record,
        "mode = \"record\"\n" + units + record}) {
    const Scheme scheme(table);
    scheme.step(1);
    calls_leave_the_environment(scheme);
    calls_leave_the_environment_of_every_thread(scheme);
  }
}

// Denormals reach the network and the host although the host flushes them.
static void denormals_are_kept() {
  const Scheme scheme(emulate(write_emulator(replaced(column_card, "real32", "real64"))));
  Model model(1);
  const double tiny = 3 * std::numeric_limits<double>::denorm_min();
  for (double &t : model.temperature) t = 0;
  model.pressure[0] = tiny;
  {
    const LegacyHost host;
    block(scheme, model, 1, 1);
  }
  CHECK_EQ(model.rain[0], static_cast<double>(network_weight(model_levels, model_levels)) * tiny);
}

static void the_host_may_round_as_it_likes() {
  const Scheme scheme(emulate(write_emulator(column_card)));
  Model here(24), there(24);
  for (double &t : here.temperature) t += 0.1;
  there.temperature = here.temperature;
  block(scheme, here, 1, 24);
  {
    const LegacyHost host;
    block(scheme, there, 1, 24);
  }
  CHECK(here.heating == there.heating && here.rain == there.rain);
}

static void other_entries_leave_the_environment_too() {
  const LegacyHost host;
  const std::string toml = "[domain]\nplugins = \"" + plugin_folder() + "\"\n[scheme.test]\n" +
                           shadow(emulator()) + "record.steps = 0.3\nrecord.replace = true\n";
  hyb_domain *domain = nullptr;
  hyb_scheme *scheme = nullptr;
  hyb_emulator *opened = nullptr;
  const char *text = nullptr;
  const hyb_field field = {sizeof field, "air_temperature", "K", "column level", HYB_STATE};
  CHECK_OK(UNCHANGED(hyb_domain_create_text(toml.c_str(), nullptr, nullptr, &domain)));
  CHECK_OK(UNCHANGED(hyb_scheme_create(domain, "test", HYB_TOP_DOWN, &scheme)));
  CHECK_OK(UNCHANGED(hyb_scheme_field(scheme, &field)));
  CHECK_OK(UNCHANGED(hyb_scheme_mode(scheme, &text)));
  CHECK_OK(UNCHANGED(hyb_domain_step(domain, 1, "0001-01-01", 0.1)));
  CHECK_OK(UNCHANGED(hyb_domain_flush(domain)));
  CHECK_OK(UNCHANGED(hyb_domain_statistics(domain, &text)));
  CHECK_OK(UNCHANGED(hyb_scheme_destroy(scheme)));
  CHECK_OK(UNCHANGED(hyb_domain_destroy(domain)));
  CHECK_OK(UNCHANGED(hyb_emulator_open(emulator().c_str(), "", &opened)));
  CHECK_OK(UNCHANGED(hyb_emulator_card(opened, &text)));
  CHECK_OK(UNCHANGED(hyb_emulator_close(opened)));
}

static void bad_configurations_do_not_trap() {
  const LegacyHost host;
  for (const char *toml : {"record.steps = nan", "record.steps = inf", "record.steps = 1e400",
                           "record.steps = 1e-400", "x = 0.1"}) {
    hyb_domain *domain = nullptr;
    const std::string text = std::string("[scheme.test]\n") + toml;
    const int32_t status =
        UNCHANGED(hyb_domain_create_text(text.c_str(), nullptr, nullptr, &domain));
    if (status == HYB_OK) hyb_domain_destroy(domain);
  }
}

int main() {
  every_mode_leaves_the_environment();
  denormals_are_kept();
  the_host_may_round_as_it_likes();
  other_entries_leave_the_environment_too();
  bad_configurations_do_not_trap();
  return check_failures();
}
