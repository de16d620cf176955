// SPDX-License-Identifier: BSD-3-Clause
// Cards with a normalisation: the network sees normalised values, the host physical ones.
#include <cmath>
#include <random>

#include "model.hpp"

// Offsets and scales by level of temperature and heating; one for pressure, none for rain. All
// powers of two, so that the normalised values of whole numbers are exact.
static const double t_offset[] = {256, 192, 128}, t_scale[] = {4, 8, 0.5};
static const double h_offset[] = {3, 5, -7}, h_scale[] = {2, 0.25, 16};

static std::string with(const std::string &card, const char *key, const char *normalisation) {
  const size_t at = card.find(key);
  return card.substr(0, at) +
         replaced(card.substr(at), "\"dims\"", std::string("\"normalisation\": ") + normalisation +
                                                   ", \"dims\"");
}

static const std::string normalised_card =
    with(with(with(column_card, "air_temperature",
                   R"({"offset": [256, 192, 128], "scale": [4, 8, 0.5]})"),
              "surface_air_pressure", R"({"offset": 64, "scale": -2})"),
         "heating_rate", R"({"offset": [3, 5, -7], "scale": [2, 0.25, 16]})");

static int64_t up(int64_t level, bool flip) { return flip ? model_levels - 1 - level : level; }

// What the network makes of a column: output j, in physical values.
static double expected(const Model &model, int64_t column, int64_t j, bool flip) {
  double sum = static_cast<double>(network_weight(model_levels, j)) *
               (model.pressure[static_cast<size_t>(column)] - 64) / -2;
  for (int64_t l = 0; l < model_levels; ++l)
    sum += static_cast<double>(network_weight(l, j)) *
           (model.temperature[model.at(column, up(l, flip))] - t_offset[l]) / t_scale[l];
  return j < model_levels ? sum * h_scale[j] + h_offset[j] : sum;
}

static void values_are_normalised(const std::string &card, int32_t orientation) {
  const Scheme scheme(emulate(write_emulator(card, "tile=32 step=16")), orientation);
  const bool flip = orientation == HYB_BOTTOM_UP;
  for (const int64_t size : {5, 32, 90}) {
    Model model(90);
    model.blocks(scheme, size);
    for (int64_t i = 0; i < 90; ++i) {
      CHECK_EQ(model.rain[static_cast<size_t>(i)], expected(model, i, 3, flip));
      for (int64_t l = 0; l < model_levels; ++l)
        CHECK_EQ(model.heating[model.at(i, up(l, flip))], expected(model, i, l, flip));
    }
  }
}

// In real64, then rounded: in real32 the difference of these would be 0.
static void a_difference_is_taken_in_the_hosts_kind() {
  const std::string card = with(column_card, "air_temperature", R"({"offset": 1e6, "scale": 1})");
  const Scheme scheme(emulate(write_emulator(card)) + "unused = [\"rainfall_flux\"]");
  Model model(2);
  std::fill(model.temperature.begin(), model.temperature.end(), 1e6 + 1e-4);
  std::fill(model.pressure.begin(), model.pressure.end(), 0.0);
  const Call call(scheme, 2);
  model.put_all(call, 1, 2);
  CHECK_OK(call.run());
  CHECK_OK(call.get("heating_rate", model.section(model.heating, 1, 2)));
  CHECK_OK(call.close());
  CHECK(std::fabs(model.heating[0] / (1e-4 * (1 + 4 + 7)) - 1) < 1e-5);
}

static const char *const increments = R"({"format": "pyhybrid card", "version": 1, "name": "box",
  "sample": "box", "kind": "real64", "inputs": [
    {"name": "pressure", "unit": "Pa", "role": "state", "kind": "real", "dims": ["column"],
     "normalisation": {"offset": 2, "scale": 4}},
    {"name": "aerosol", "unit": "m-3", "role": "increment", "kind": "real",
     "normalisation": {"offset": [1, 2], "scale": [0.5, 2]},
     "dims": ["column", "level", "species"], "levels": 7, "species": 2}],
  "outputs": [
    {"name": "aerosol", "unit": "m-3", "role": "increment", "kind": "real",
     "normalisation": {"offset": [3, -1], "scale": [8, 0.125]},
     "dims": ["column", "level", "species"], "levels": 7, "species": 2}]})";

// By species, whatever the number of levels; an increment is added in physical values.
static void boxes_are_normalised_too() {
  const Scheme scheme(emulate(write_emulator(increments, "tile=16 step=16")));
  constexpr int64_t ncol = 5, nlevel = 9, n = ncol * nlevel;
  std::vector<double> pressure(ncol), aerosol(2 * n);
  for (size_t i = 0; i < ncol; ++i) pressure[i] = static_cast<double>(10 + i);
  for (size_t i = 0; i < 2 * n; ++i) aerosol[i] = static_cast<double>(i * 5 % 13);
  const std::vector<double> before = aerosol;
  const Call call(scheme, ncol);
  CHECK_OK(call.put("pressure", view_of(pressure, {ncol})));
  CHECK_OK(call.put("aerosol", view_of(aerosol, {ncol, nlevel, 2})));
  CHECK_OK(call.run());
  CHECK_OK(call.get("aerosol", view_of(aerosol, {ncol, nlevel, 2})));
  CHECK_OK(call.close());
  for (int64_t i = 0; i < n; ++i) {
    const size_t a = static_cast<size_t>(i), b = static_cast<size_t>(n + i);
    const double x[] = {(pressure[a % ncol] - 2) / 4, (before[a] - 1) / 0.5, (before[b] - 2) / 2};
    double y[2] = {};
    for (int64_t j = 0; j < 2; ++j)
      for (int64_t k = 0; k < 3; ++k) y[j] += static_cast<double>(network_weight(k, j)) * x[k];
    CHECK_EQ(aerosol[a], before[a] + (y[0] * 8 + 3));
    CHECK_EQ(aerosol[b], before[b] + (y[1] * 0.125 - 1));
  }
}

// The direct interface, in place but for the normalisation.
static void matrices_hold_physical_values() {
  hyb_emulator *emulator = nullptr;
  CHECK_OK(hyb_emulator_open(write_emulator(normalised_card).c_str(), nullptr, &emulator));
  Model model(32);
  alignas(64) static float x[4 * 32], y[4 * 32];
  for (int64_t i = 0; i < 32; ++i) {
    for (int64_t l = 0; l < model_levels; ++l)
      x[l * 32 + i] = static_cast<float>(model.temperature[model.at(i, l)]);
    x[3 * 32 + i] = static_cast<float>(model.pressure[static_cast<size_t>(i)]);
  }
  const hyb_view in = view_of(x, {32, 4}), out = view_of(y, {32, 4});
  CHECK_OK(hyb_emulator_run(emulator, &in, &out));
  for (int64_t i = 0; i < 32; ++i)
    for (int64_t j = 0; j < 4; ++j)
      CHECK_EQ(y[j * 32 + i], static_cast<float>(expected(model, i, j, false)));
  CHECK_OK(hyb_emulator_close(emulator));
}

// What shadow mode compares and records is physical as well.
static void scores_are_physical() {
  const Scheme scheme(shadow(write_emulator(normalised_card)));
  Model model(20), twin(20);
  for (int64_t i = 0; i < 20; ++i) {
    twin.rain[static_cast<size_t>(i)] = expected(twin, i, 3, false);
    for (int64_t l = 0; l < model_levels; ++l)
      twin.heating[twin.at(i, l)] = expected(twin, i, l, false);
  }
  const Call call(scheme, 20);
  model.put_all(call, 1, 20);
  CHECK_OK(call.run());
  CHECK(call.native_wanted());
  twin.get_all(call, 1, 20);
  CHECK_OK(call.close());
  const char *json = nullptr;
  CHECK_OK(hyb_domain_statistics(scheme.domain.handle, &json));
  CHECK_HAS(json, "\"rmse\": 0.0");
  CHECK(!std::strstr(replaced(json, "\"rmse\": 0.0", "").c_str(), "\"rmse\": 1"));
}

int main() {
  for (const char *kind : {"real32", "real64"}) {
    const std::string card = replaced(normalised_card, "real32", kind);
    values_are_normalised(card, HYB_TOP_DOWN);
    values_are_normalised(card, HYB_BOTTOM_UP);
  }
  a_difference_is_taken_in_the_hosts_kind();
  boxes_are_normalised_too();
  matrices_hold_physical_values();
  scores_are_physical();
  return check_failures();
}
