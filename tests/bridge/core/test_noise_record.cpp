// SPDX-License-Identifier: BSD-3-Clause
// Noise in recordings: an input as any other, with which the emulator gives the same results again.
#include "model.hpp"
#include "recording.hpp"

constexpr int64_t ncol = 50;

static std::string noisy_card(const std::string &kind) {
  const std::string card = replaced(column_card, "\"inputs\": [",
                                    R"("inputs": [{"name": "noise", "unit": "1", "role": "noise",
      "kind": "real", "dims": ["column", "level"], "levels": 3},)");
  return replaced(card, "\"real32\"", "\"" + kind + "\"");
}

static std::string recorded(const std::string &name, const std::string &keys = "") {
  return "[scheme.test.record]\npath = \"" + folder() / name + "\"\nreplace = true\n" + keys;
}

static void run(const std::string &table, int32_t orientation = HYB_TOP_DOWN) {
  const Scheme scheme(table, orientation);
  Model model(ncol);
  for (int64_t step = 1; step <= 3; ++step) {
    scheme.step(step);
    model.blocks(scheme, 16);
  }
}

template <class T>
static void noise_is_recorded(const std::string &mode, const std::string &kind, int32_t number) {
  run(replaced(emulate(write_emulator(noisy_card(kind))), "emulate", mode) + recorded("a.nc"));
  const Recording recording(folder() / "a.nc");
  const hyb_variable *noise = recording.variable("input/noise");
  CHECK(noise && noise->kind == number && noise->nlevel == 3 && noise->nspecies == 0);
  CHECK(noise && std::string(noise->role) == "noise" && std::string(noise->unit) == "1");
  const std::vector<T> values = recording.values<T>("input/noise");
  CHECK_EQ(values.size(), size_t{3 * ncol * 3});
  for (size_t i = 1; i < values.size(); ++i) CHECK(values[i] != values[i - 1]);
}

// Given to the emulator as an input, it gives the results that were recorded.
static void a_recording_explains_its_results(int32_t orientation) {
  const std::string emulator = write_emulator(noisy_card("real32"));
  run(emulate(emulator) + recorded("b.nc"), orientation);
  const Recording recording(folder() / "b.nc");
  const auto noise = recording.values<float>("input/noise");
  const auto temperature = recording.values<double>("input/air_temperature");
  const auto pressure = recording.values<double>("input/surface_air_pressure");
  const int64_t n = recording.count();
  std::vector<double> rain(static_cast<size_t>(n));
  const Scheme scheme(emulate(emulator) + "noise = \"put\"\nunused = [\"heating_rate\"]\n",
                      orientation);
  CHECK_OK(scheme.declare("noise", "1", HYB_NOISE, "level column"));
  CHECK_OK(scheme.declare("air_temperature", "K", HYB_STATE, "level column"));
  const Call call(scheme, n);
  CHECK_OK(call.put("noise", view_of(noise, {3, n})));
  CHECK_OK(call.put("air_temperature", view_of(temperature, {3, n})));
  CHECK_OK(call.put("surface_air_pressure", view_of(pressure, {n})));
  CHECK_OK(call.run());
  CHECK_OK(call.get("rainfall_flux", view_of(rain, {n})));
  CHECK_OK(call.close());
  const auto expected = recording.values<float>("emulated/rainfall_flux");
  for (size_t i = 0; i < rain.size(); ++i) CHECK_EQ(rain[i], static_cast<double>(expected[i]));
}

// A recording of part of the columns has the noise of these.
static void samples_are_those_of_a_full_recording() {
  const std::string emulator = write_emulator(noisy_card("real32"));
  run(emulate(emulator) + recorded("all.nc"));
  run(emulate(emulator) +
      recorded("some.nc", "tiles = 0.5\ntile_columns = 5\nkind = \"real32\"\n"));
  const Recording all(folder() / "all.nc"), some(folder() / "some.nc");
  const auto full = all.values<float>("input/noise"), part = some.values<float>("input/noise");
  CHECK(some.count() > 0 && some.count() < all.count());
  for (int64_t i = 0; i < some.count(); ++i)
    for (int64_t j = 0; j < all.count(); ++j)
      if (all.step(j) == some.step(i) && all.column(j) == some.column(i))
        for (int64_t l = 0; l < 3; ++l)
          CHECK_EQ(part[static_cast<size_t>(3 * i + l)], full[static_cast<size_t>(3 * j + l)]);
}

// A native routine that is stochastic: its random numbers are what a network is trained with.
static void a_host_may_record_its_own() {
  const Scheme scheme("mode = \"record\"\nfield.noise = { unit = \"1\", role = \"noise\" }\n" +
                      recorded("own.nc"));
  scheme.step(1);
  const std::vector<double> own = {3, 1, 4};
  const Call call(scheme, 3);
  CHECK_OK(call.put("noise", view_of(own, {3})));
  CHECK_OK(call.run());
  CHECK_OK(call.close());
  CHECK_OK(hyb_domain_flush(scheme.domain.handle));
  const Recording recording(folder() / "own.nc");
  CHECK_EQ(recording.values<double>("input/noise"), own);
  CHECK_EQ(std::string(recording.variable("input/noise")->role), "noise");
}

int main() {
  noise_is_recorded<float>("emulate", "real32", HYB_REAL32);
  noise_is_recorded<double>("shadow", "real64", HYB_REAL64);
  a_recording_explains_its_results(HYB_TOP_DOWN);
  a_recording_explains_its_results(HYB_BOTTOM_UP);
  samples_are_those_of_a_full_recording();
  a_host_may_record_its_own();
  return check_failures();
}
