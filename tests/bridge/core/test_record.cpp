// SPDX-License-Identifier: BSD-3-Clause
// What a recording holds: inputs, native outputs, increments as after minus before.
#include "adding_model.hpp"

constexpr int64_t ncol = 20;

static void the_host_is_undisturbed() {
  const AddingModel native = run_steps("", ncol, 7), recorded = run_steps(record("a.nc"), ncol, 7);
  CHECK(recorded.same_bits(native));
  CHECK_EQ(recorded.native_calls, native.native_calls);
}

static void all_columns_of_all_steps_are_there() {
  run_steps(record("b.nc"), ncol, 7);
  const auto samples = Recording(folder() / "b.nc").samples();
  CHECK_EQ(samples.size(), static_cast<size_t>(3 * ncol));
  for (const auto &sample : samples) CHECK_EQ(sample.second, 1);
}

static void increments_are_after_minus_before() {
  run_steps(record("c.nc"), ncol, 7, 1);
  const Recording recording(folder() / "c.nc");
  const auto before = recording.values<double>("input/air_temperature"),
             after = recording.values<double>("after/air_temperature"),
             increment = recording.values<double>("native/air_temperature"),
             rain = recording.values<double>("native/rainfall_flux");
  AddingModel model(ncol), added(ncol);
  added.add_native(1, ncol);
  for (int64_t s = 0; s < recording.count(); ++s) {
    const int64_t column = recording.column(s) - 1;
    CHECK_EQ(rain[static_cast<size_t>(s)], added.rain[static_cast<size_t>(column)]);
    for (int64_t l = 0; l < model_levels; ++l) {
      const size_t at = static_cast<size_t>(s * model_levels + l), there = model.at(column, l);
      CHECK_EQ(before[at], model.temperature[there]);
      CHECK_EQ(after[at], added.temperature[there]);
      CHECK_EQ(increment[at], added.temperature[there] - model.temperature[there]);
    }
  }
}

static void variables_say_what_they_are() {
  const Recording recording(folder() / "c.nc");
  const hyb_variable *t = recording.variable("native/air_temperature");
  CHECK(t && std::string(t->unit) == "K" && std::string(t->role) == "increment");
  CHECK(t && t->nlevel == model_levels && t->nspecies == 0 && t->kind == HYB_REAL64);
  CHECK(!recording.variable("after/rainfall_flux") && recording.nvariable() == 5);
}

static void emulated_results_are_recorded_in_shadow_mode() {
  {
    const Scheme scheme(shadow(write_emulator(column_card)) + "record.path = \"" +
                        folder() / "d.nc" + "\"", HYB_BOTTOM_UP);
    Model model(ncol);
    scheme.step(1);
    model.blocks(scheme, 7);
    CHECK(model.is_native());
  }
  const Recording recording(folder() / "d.nc");
  Model model(ncol);
  for (int64_t i = 0; i < ncol; ++i)
    std::swap(model.temperature[model.at(i, 0)], model.temperature[model.at(i, 2)]);
  const auto heating = recording.values<float>("emulated/heating_rate");
  CHECK_EQ(recording.variable("emulated/heating_rate")->kind, HYB_REAL32);
  CHECK_EQ(recording.variable("native/heating_rate")->kind, HYB_REAL64);
  for (int64_t s = 0; s < recording.count(); ++s)
    for (int64_t l = 0; l < model_levels; ++l)
      CHECK_EQ(heating[static_cast<size_t>(s * model_levels + l)],
               model.emulated(recording.column(s) - 1, 2 - l));
}

static void emulate_mode_records_too() {
  {
    const Scheme scheme(emulate(write_emulator(column_card)) + "record.path = \"" +
                        folder() / "e.nc" + "\"");
    Model model(ncol);
    scheme.step(1);
    model.blocks(scheme, 7);
    CHECK(model.is_emulated());
  }
  const Recording recording(folder() / "e.nc");
  CHECK_EQ(recording.count(), ncol);
  CHECK(recording.variable("emulated/rainfall_flux"));
  CHECK(!recording.variable("native/rainfall_flux"));
}

static void real32_narrows_all_but_increments() {
  run_steps(record("f.nc", "kind = \"real32\""), ncol, 7, 1);
  const Recording recording(folder() / "f.nc");
  CHECK_EQ(recording.variable("input/surface_air_pressure")->kind, HYB_REAL32);
  CHECK_EQ(recording.variable("native/air_temperature")->kind, HYB_REAL64);
  CHECK_EQ(recording.values<float>("input/surface_air_pressure")[0], 100.0f);
}

// Parcels may outlive the calls, the scheme's buffers are used again meanwhile.
static void a_slow_writer_gets_what_was_there() {
  run_steps(record("late.nc"), ncol, 7);
  run_steps(record("prompt.nc"), ncol, 7);
  const Recording late(folder() / "late.nc"), prompt(folder() / "prompt.nc");
  CHECK(late.samples() == prompt.samples());
  for (const char *name :
       {"input/air_temperature", "native/air_temperature", "after/air_temperature"})
    CHECK(late.values<double>(name) == prompt.values<double>(name));
}

static void every_capture_is_given_back() {
  const PluginCounts counts = plugin_counts("netcdf");
  CHECK_EQ(counts.prepared, counts.run);
  CHECK_EQ(counts.opened, counts.closed);
}

static void the_path_names_scheme_and_rank() {
  setenv("PMI_RANK", "5", 1);
  run_steps(record("{scheme}-{rank}.nc"), ncol, 7, 1);
  unsetenv("PMI_RANK");
  CHECK(Recording(folder() / "test-5.nc").exists());
}

int main() {
  the_host_is_undisturbed();
  all_columns_of_all_steps_are_there();
  increments_are_after_minus_before();
  variables_say_what_they_are();
  emulated_results_are_recorded_in_shadow_mode();
  emulate_mode_records_too();
  real32_narrows_all_but_increments();
  a_slow_writer_gets_what_was_there();
  the_path_names_scheme_and_rank();
  every_capture_is_given_back();
  return check_failures();
}
