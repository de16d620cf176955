// SPDX-License-Identifier: BSD-3-Clause
// Modes blend and correct, increments among rejected columns, coupled schemes.
#include <cmath>

#include "adding_model.hpp"
#include "guarded_model.hpp"

static std::string mode(const std::string &word, const std::string &emulator) {
  return "mode = \"" + word + "\"\nemulator = \"" + emulator + "\"\n";
}

static double mixed(double a, double emulated, double native) {
  return a * emulated + (1 - a) * native;
}

static bool close(double a, double b) { return std::fabs(a - b) <= 1e-12 * std::fabs(b); }

static void a_constant_weight_mixes() {
  const Scheme scheme(mode("blend", write_emulator(column_card)) + "blend.weight = 0.25\n");
  Model model(8), native(8);
  model.block(scheme, 1, 8);
  native.run_native(1, 8);
  for (int64_t i = 0; i < 8; ++i) {
    const size_t at = static_cast<size_t>(i);
    CHECK(close(model.rain[at], mixed(0.25, model.emulated(i, model_levels), native.rain[at])));
    for (int64_t l = 0; l < model_levels; ++l)
      CHECK(close(model.heating[model.at(i, l)],
                  mixed(0.25, model.emulated(i, l), native.heating[native.at(i, l)])));
  }
}

// Steps of 600 s: native before the ramp, half in its middle, emulated alone behind it.
static void a_ramp_goes_from_native_to_emulated() {
  const Scheme scheme(mode("blend", write_emulator(column_card)) +
                      "blend = { start = \"10 min\", ramp = \"20 min\" }\n");
  Model model(8);
  scheme.step(1);
  model.block(scheme, 1, 8);
  CHECK(model.is_native());
  scheme.step(2);
  model.block(scheme, 1, 8);
  CHECK(model.is_native());
  scheme.step(3);
  model.block(scheme, 1, 8);
  CHECK(close(model.rain[2], mixed(0.5, model.emulated(2, model_levels), model.pressure[2] / 3)));
  scheme.step(4);
  const Call call(scheme, 8);
  model.put_all(call, 1, 8);
  CHECK_OK(call.run());
  CHECK(!call.native_wanted());
  model.get_all(call, 1, 8);
  CHECK_OK(call.close());
  CHECK(model.is_emulated());
}

static void masked_levels_keep_their_native_bits() {
  const Scheme scheme(mode("blend", write_emulator(column_card)) + "blend.levels = [2, 3]\n");
  Model model(8);
  model.block(scheme, 1, 8);
  for (int64_t i = 0; i < 8; ++i) {
    CHECK_EQ(model.heating[model.at(i, 0)], model.temperature[model.at(i, 0)] / 7);
    CHECK_EQ(model.heating[model.at(i, 1)], model.emulated(i, 1));
    CHECK_EQ(model.rain[static_cast<size_t>(i)], model.emulated(i, model_levels));
  }
}

static void latitudes_make_a_band() {
  const std::vector<double> lat = {-60, -35, -30, 0, 30, 32.5, 35, 90}, lon(8, 0.0);
  const hyb_grid grid = {sizeof(hyb_grid), 8, nullptr, lat.data(), lon.data(), nullptr};
  const Scheme scheme(mode("blend", write_emulator(column_card)) +
                          "blend = { latitude = [-30, 30], taper = 5 }\n",
                      HYB_TOP_DOWN, &grid);
  const std::vector<double> weight = {0, 0, 1, 1, 1, 0.5, 0, 0};
  for (const int64_t size : {8, 3, 1}) {
    Model model(8);
    model.blocks(scheme, size);
    for (int64_t i = 0; i < 8; ++i) {
      const size_t at = static_cast<size_t>(i);
      CHECK(close(model.rain[at],
                  mixed(weight[at], model.emulated(i, model_levels), model.pressure[at] / 3)));
    }
  }
}

static void correct_adds_to_native() {
  const Scheme scheme(mode("correct", write_emulator(column_card)) + "blend.weight = 0.5\n");
  GuardedModel model(8);
  model.block(scheme, 1, 8);
  for (int64_t i = 0; i < 8; ++i)
    CHECK(close(model.rain[static_cast<size_t>(i)],
                model.pressure[static_cast<size_t>(i)] / 3 + 0.5 * model.emulated(i, 3)));
}

static void a_rejected_column_is_not_corrected() {
  const Scheme scheme(mode("correct", write_emulator(ranged_card())) +
                      "guard.training_range = \"native\"\n");
  GuardedModel model(8);
  model.plant(3, 0, 5000);
  model.block(scheme, 1, 8);
  CHECK_EQ(model.rain[3], model.pressure[3] / 3);
  CHECK_EQ(model.heating[model.at(3, 0)], 5000.0 / 7);
  CHECK(model.rain[2] != model.pressure[2] / 3);
}

// An increment: the native routine adds to it in the whole block, but only the rejected columns keep
// that.
static void increments_of_accepted_columns_are_the_emulators() {
  std::string card = replaced(ranged_card(), R"("heating_rate", "unit": "K s-1", "role": "tendency")",
                              R"("air_temperature", "unit": "K", "role": "increment")");
  card = replaced(card, R"("air_temperature", "unit": "K", "role": "state")",
                  R"("air_temperature", "unit": "K", "role": "increment")");
  const std::string table =
      emulate(write_emulator(card)) + "guard.training_range = { policy = \"native\", margin = 0.1 }\n";
  const Scheme scheme(table);
  AddingModel model(40), clean(40), native(40);
  for (AddingModel *one : {&model, &native}) one->temperature[one->at(13, 1)] = 400;
  model.blocks(scheme, 20);
  native.add_native(1, 40);
  clean.blocks(scheme, 40);
  for (int64_t i = 0; i < 40; ++i)
    for (int64_t l = 0; l < model_levels; ++l) {
      const AddingModel &expected = i == 13 ? native : clean;
      CHECK_EQ(model.temperature[model.at(i, l)], expected.temperature[expected.at(i, l)]);
    }
  CHECK_EQ(model.native_calls, 1);
}

static void rejections_carry_over_to_a_coupled_scheme() {
  const std::string emulator = write_emulator(ranged_card());
  const hyb_grid grid = {sizeof(hyb_grid), 30, nullptr, nullptr, nullptr, nullptr};
  const Domain domain("[scheme.first]\n" + emulate(emulator) +
                          "guard.training_range = \"native\"\n[scheme.second]\n" +
                          emulate(emulator) + "coupled = \"first\"\n",
                      &grid);
  hyb_scheme *first = nullptr, *second = nullptr;
  CHECK_OK(hyb_scheme_create(domain.handle, "first", HYB_TOP_DOWN, &first));
  CHECK_OK(hyb_scheme_create(domain.handle, "second", HYB_TOP_DOWN, &second));
  const auto run = [](hyb_scheme *scheme, GuardedModel &model, int64_t begin, int64_t n) {
    hyb_call call{};
    CHECK_OK(hyb_call_open(scheme, n, begin, &call));
    const hyb_view t = model.section(model.temperature, begin, n);
    const hyb_view p = model.section(model.pressure, begin, n);
    CHECK_OK(hyb_call_put(&call, "air_temperature", &t));
    CHECK_OK(hyb_call_put(&call, "surface_air_pressure", &p));
    CHECK_OK(hyb_call_run(&call));
    int32_t wanted = 0;
    CHECK_OK(hyb_call_native_wanted(&call, &wanted));
    if (wanted) model.run_native(begin, n);
    const hyb_view heating = model.section(model.heating, begin, n);
    const hyb_view rain = model.section(model.rain, begin, n);
    CHECK_OK(hyb_call_get(&call, "heating_rate", &heating));
    CHECK_OK(hyb_call_get(&call, "rainfall_flux", &rain));
    CHECK_OK(hyb_call_close(&call));
  };
  for (int64_t step = 1; step <= 2; ++step) {
    CHECK_OK(hyb_domain_step(domain.handle, step, nullptr, 600));
    GuardedModel bad(30), good(30);
    if (step == 1) bad.plant(7, 0, 2500), good.faulty.insert(7);
    for (const int64_t begin : {1, 11, 21}) run(first, bad, begin, 10);
    for (const int64_t begin : {1, 16}) run(second, good, begin, 15);  // other blocks
    CHECK(bad.is_right() && good.is_right());
  }
  CHECK_OK(hyb_scheme_destroy(first));
  CHECK_OK(hyb_scheme_destroy(second));
}

static void half_a_flag_is_refused() {
  const std::string flag = replaced(column_card,
      R"("rainfall_flux", "unit": "kg m-2 s-1", "role": "state", "kind": "real")",
      R"("convection_flag", "unit": "1", "role": "flag", "kind": "logical")");
  for (const char *word : {"blend", "correct"}) {
    const Domain domain("[scheme.test]\n" + mode(word, write_emulator(flag)));
    hyb_scheme *scheme = nullptr;
    CHECK_REFUSED(hyb_scheme_create(domain.handle, "test", HYB_TOP_DOWN, &scheme),
                  HYB_ERROR_CONFIG, "convection_flag", "no flags");
  }
}

static void bands_need_latitudes_and_couplings_a_scheme() {
  const std::string emulator = write_emulator(column_card);
  const Domain domain("[scheme.test]\n" + mode("blend", emulator) + "blend.latitude = [-30, 30]\n");
  hyb_scheme *scheme = nullptr;
  CHECK_REFUSED(hyb_scheme_create(domain.handle, "test", HYB_TOP_DOWN, &scheme), HYB_ERROR_CONFIG,
                "latitude", "one without");
  const Scheme alone(emulate(emulator) + "coupled = \"other\"\n");
  CHECK_REFUSED(hyb_domain_step(alone.domain.handle, 1, nullptr, 600), HYB_ERROR_CONFIG, "coupled",
                "'other'");
}

int main() {
  a_constant_weight_mixes();
  a_ramp_goes_from_native_to_emulated();
  masked_levels_keep_their_native_bits();
  latitudes_make_a_band();
  correct_adds_to_native();
  a_rejected_column_is_not_corrected();
  increments_of_accepted_columns_are_the_emulators();
  rejections_carry_over_to_a_coupled_scheme();
  half_a_flag_is_refused();
  bands_need_latitudes_and_couplings_a_scheme();
  return check_failures();
}
