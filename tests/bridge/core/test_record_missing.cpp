// SPDX-License-Identifier: BSD-3-Clause
// Recordings of runs in which the emulator does not run in every block: what it has not computed is
// missing, and nothing ends. The test storage stores NaN for what is missing.
#include <cmath>
#include <set>
#include <thread>

#include "audited_model.hpp"
#include "recording.hpp"

constexpr int64_t ncol = 40;

static std::string table(const std::string &mode, const std::string &name, const std::string &keys,
                         const std::string &card = column_card) {
  return "mode = \"" + mode + "\"\nemulator = \"" + write_emulator(card) + "\"\n" + keys +
         "[scheme.test.record]\npath = \"" + folder() / name + "\"\nreplace = true\n" +
         "policy = \"stop\"\n";
}

// Steps in which all, and in which no columns have emulated results; inputs always are there.
struct Steps {
  std::set<int64_t> emulated, missing;
};

static Steps steps_of(const std::string &name) {
  const Recording recording(folder() / name);
  const auto rain = recording.values<float>("emulated/rainfall_flux");
  const auto heating = recording.values<float>("emulated/heating_rate");
  const auto temperature = recording.values<double>("input/air_temperature");
  for (const double value : temperature) CHECK(value >= 200);
  Steps steps;
  for (int64_t i = 0; i < recording.count(); ++i) {
    const bool missing = std::isnan(rain[static_cast<size_t>(i)]);
    for (int64_t l = 0; l < model_levels; ++l)
      CHECK_EQ(std::isnan(heating[static_cast<size_t>(i * model_levels + l)]), missing);
    (missing ? steps.missing : steps.emulated).insert(recording.step(i));
  }
  return steps;
}

static void after_an_alarm() {
  const Scheme scheme(
      table("emulate", "alarm.nc",
            "audit = { steps = 0.4, alarm = { learn = 4, policy = \"native\", recover = 3 } }\n"),
      HYB_TOP_DOWN, &grid_of(ncol));
  AuditedModel model(ncol);
  for (int64_t step = 1; step <= 80; ++step) {
    model.factor = step <= 30 ? 1 : 100;
    model.step(scheme, step, 16);
  }
  CHECK_OK(hyb_domain_flush(scheme.domain.handle));
  const Steps steps = steps_of("alarm.nc");
  CHECK(steps.emulated.count(1) && steps.emulated.size() > 30 && steps.missing.size() > 5);
  CHECK_EQ(steps.emulated.size() + steps.missing.size(), size_t{80});
}

// Not in the first call either: the fields of the file are known all the same.
static void before_a_schedule_begins(const std::string &mode, const std::string &name) {
  const Scheme scheme(table(mode, name, "blend = { start = \"20 min\", ramp = \"20 min\" }\n"));
  Model model(ncol);
  for (int64_t step = 1; step <= 6; ++step) {  // of 600 s
    scheme.step(step);
    model.blocks(scheme, 16);
  }
  CHECK_OK(hyb_domain_flush(scheme.domain.handle));
  const Recording recording(folder() / name);
  CHECK_EQ(recording.count(), 6 * ncol);
  const hyb_variable *heating = recording.variable("emulated/heating_rate");
  CHECK(heating && heating->kind == HYB_REAL32 && heating->nlevel == model_levels);
  const Steps steps = steps_of(name);
  CHECK(steps.missing.count(1) && steps.emulated.count(6));
  for (const int64_t step : steps.missing) CHECK(!steps.emulated.count(step));
}

// Latitudes from -78 to 78: a block beyond 30 is native, one at the edge is emulated as a whole.
static void outside_of_latitudes(bool threads) {
  std::vector<double> lat(ncol);
  for (size_t i = 0; i < lat.size(); ++i) lat[i] = -78 + 4.0 * static_cast<double>(i);
  const hyb_grid grid = {sizeof(hyb_grid), ncol, nullptr, lat.data(), nullptr, nullptr};
  const Scheme scheme(table("blend", "latitude.nc", "blend.latitude = [-30, 30]\n"), HYB_TOP_DOWN,
                      &grid);
  Model model(ncol);
  for (int64_t step = 1; step <= 5; ++step) {
    scheme.step(step);
    const auto half = [&](int64_t first) {
      for (int64_t at = first; at < first + ncol / 2; at += 4) model.block(scheme, at, 4);
    };
    std::thread other;
    if (threads) other = std::thread(half, 21);
    else half(21);
    half(1);
    if (threads) other.join();
  }
  CHECK_OK(hyb_domain_flush(scheme.domain.handle));
  const Recording recording(folder() / "latitude.nc");
  const auto rain = recording.values<float>("emulated/rainfall_flux");
  CHECK_EQ(recording.count(), 5 * ncol);
  for (int64_t i = 0; i < recording.count(); ++i) {
    const int64_t column = recording.column(i), block = (column - 1) / 4;
    CHECK_EQ(std::isnan(rain[static_cast<size_t>(i)]), block < 3 || block > 6);
  }
}

// The noise of a block that is not emulated is not drawn, and as much missing.
static void noise_that_is_not_drawn(bool box) {
  std::string card = replaced(column_card, "\"inputs\": [",
                              R"("inputs": [{"name": "noise", "unit": "1", "role": "noise",
      "kind": "real", "dims": ["column", "level"], "levels": 3},)");
  if (box) {
    card = replaced(card, "\"sample\": \"column\"", "\"sample\": \"box\"");
    for (int i = 0; i < 3; ++i) card = replaced(card, ", \"levels\": 3", "");
    card = replaced(card, R"("kg m-2 s-1", "role": "state", "kind": "real",
     "dims": ["column"])", R"("kg m-2 s-1", "role": "state", "kind": "real",
     "dims": ["column", "level"])");
  }
  const std::string keys = "blend.start = \"20 min\"\nunused = [\"rainfall_flux\"]\n";
  const Scheme scheme(table("blend", "noise.nc", keys, card));
  Model model(ncol);
  for (int64_t step = 1; step <= 4; ++step) {
    scheme.step(step);
    const Call call(scheme, ncol);
    model.put_all(call, 1, ncol);
    CHECK_OK(call.run());
    if (call.native_wanted()) model.run_native(1, ncol);
    CHECK_OK(call.get("heating_rate", model.section(model.heating, 1, ncol)));
    CHECK_OK(call.close());
  }
  CHECK_OK(hyb_domain_flush(scheme.domain.handle));
  const Recording recording(folder() / "noise.nc");
  const hyb_variable *noise = recording.variable("input/noise");
  CHECK(noise && noise->nlevel == model_levels && std::string(noise->role) == "noise");
  const auto values = recording.values<float>("input/noise");
  const auto heating = recording.values<float>("emulated/heating_rate");
  CHECK_EQ(values.size(), heating.size());
  int64_t missing = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    CHECK_EQ(std::isnan(values[i]), std::isnan(heating[i]));
    missing += std::isnan(values[i]);
  }
  CHECK(missing > 0 && missing < static_cast<int64_t>(values.size()));
}

// It has no native results: nothing is given back in their place.
static void no_replay_of_it() {
  const Scheme scheme(std::string("mode = \"replay\"\n[scheme.test.replay]\npath = \"") +
                      folder() / "blend.nc" + "\"\n");
  Model model(ncol);
  scheme.step(1);
  const Call call(scheme, ncol);
  model.put_all(call, 1, ncol);
  CHECK_OK(call.run());
  CHECK_REFUSED(call.get("rainfall_flux", model.section(model.rain, 1, ncol)), HYB_ERROR_FIELD,
                "a variable in group 'native' of the recording", "found none");
  CHECK(model.rain[0] == -1);
  CHECK_OK(call.close());
}

int main() {
  after_an_alarm();
  before_a_schedule_begins("blend", "blend.nc");
  before_a_schedule_begins("correct", "correct.nc");
  outside_of_latitudes(false);
  outside_of_latitudes(true);
  noise_that_is_not_drawn(false);
  noise_that_is_not_drawn(true);
  no_replay_of_it();
  return check_failures();
}
