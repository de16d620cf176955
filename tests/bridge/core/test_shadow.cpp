// SPDX-License-Identifier: BSD-3-Clause
// Shadow mode: the host keeps its native results, bit for bit; the emulator is scored against them.
#include <cmath>
#include <nlohmann/json.hpp>

#include "model.hpp"

constexpr int64_t ncol = 50;

static nlohmann::json scores(const Scheme &scheme) {
  const char *json = nullptr;
  CHECK_OK(hyb_domain_statistics(scheme.domain.handle, &json));
  return nlohmann::json::parse(json)["schemes"]["test"]["scores"];
}

static bool close_to(const nlohmann::json &value, double wanted) {
  return std::abs(value.get<double>() - wanted) <= 1e-9 * std::abs(wanted);
}

// Bias, RMSE and R2, computed the plain way.
static bool agrees(const nlohmann::json &score, const std::vector<double> &native,
                   const std::vector<double> &emulated) {
  const double n = static_cast<double>(native.size());
  double mean = 0, error = 0, squared = 0, variance = 0;
  for (const double x : native) mean += x / n;
  for (size_t i = 0; i < native.size(); ++i) {
    error += emulated[i] - native[i];
    squared += (emulated[i] - native[i]) * (emulated[i] - native[i]);
    variance += (native[i] - mean) * (native[i] - mean);
  }
  return score["n"].get<double>() == n && close_to(score["bias"], error / n) &&
         close_to(score["rmse"], std::sqrt(squared / n)) &&
         close_to(score["r2"], 1 - squared / variance);
}

static void host_arrays_keep_their_bits() {
  const Scheme scheme(shadow(write_emulator(column_card)));
  Model model(ncol);
  const Model before(ncol);
  model.blocks(scheme, 7);
  CHECK(model.is_native());
  CHECK(model.temperature == before.temperature && model.pressure == before.pressure);
}

static void host_arrays_keep_even_strange_bits() {
  const Scheme scheme(shadow(write_emulator(column_card)));
  Model model(3);
  const Call call(scheme, 3);
  model.put_all(call, 1, 3);
  CHECK_OK(call.run());
  CHECK(call.native_wanted());
  const uint64_t bits[3] = {0x7ff4000000000001u, 1, 0x8000000000000000u};
  std::memcpy(model.rain.data(), bits, sizeof bits);
  model.get_all(call, 1, 3);
  CHECK_OK(call.close());
  CHECK(std::memcmp(model.rain.data(), bits, sizeof bits) == 0);
}

static void scores_are_right() {
  const Scheme scheme(shadow(write_emulator(column_card)));
  Model model(ncol);
  model.blocks(scheme, 7);
  std::vector<double> emulated;
  for (int64_t i = 0; i < ncol; ++i) emulated.push_back(model.emulated(i, model_levels));
  const auto found = scores(scheme);
  CHECK(agrees(found["rainfall_flux"], model.rain, emulated));
  CHECK_EQ(found["rainfall_flux"]["unit"].get<std::string>(), "kg m-2 s-1");
  CHECK_EQ(found["heating_rate"]["rows"].size(), 3u);
}

// Level by level, in the order of the host.
static void scores_of_levels_are_right(int32_t orientation) {
  const Scheme scheme(shadow(write_emulator(column_card)), orientation);
  Model model(ncol);
  model.blocks(scheme, 7);
  Model flipped = model;
  for (int64_t i = 0; i < ncol; ++i)
    std::swap(flipped.temperature[flipped.at(i, 0)], flipped.temperature[flipped.at(i, 2)]);
  const Model &seen = orientation == HYB_TOP_DOWN ? model : flipped;
  const auto found = scores(scheme);
  for (int64_t l = 0; l < model_levels; ++l) {
    std::vector<double> native, emulated;
    for (int64_t i = 0; i < ncol; ++i) {
      native.push_back(model.heating[model.at(i, l)]);
      emulated.push_back(seen.emulated(i, orientation == HYB_TOP_DOWN ? l : 2 - l));
    }
    CHECK(agrees(found["heating_rate"]["rows"][static_cast<size_t>(l)], native, emulated));
  }
}

// Of an increment what counts is after minus before.
static void increments_are_scored_as_differences() {
  const std::string card = replaced(
      replaced(replaced(column_card, "\"heating_rate\", \"unit\": \"K s-1\"",
                        "\"air_temperature\", \"unit\": \"K\""),
               "\"tendency\"", "\"increment\""),
      "\"unit\": \"K\", \"role\": \"state\"", "\"unit\": \"K\", \"role\": \"increment\"");
  const Scheme scheme(shadow(write_emulator(card)));
  Model model(ncol);
  const Call call(scheme, ncol);
  model.put_all(call, 1, ncol);
  CHECK_OK(call.run());
  std::vector<double> native, emulated;
  for (int64_t i = 0; i < ncol; ++i) {
    emulated.push_back(model.emulated(i, 1));
    native.push_back(static_cast<double>(i % 5));
  }
  for (int64_t i = 0; i < ncol; ++i)
    model.temperature[model.at(i, 1)] += native[static_cast<size_t>(i)];
  CHECK_OK(call.get("air_temperature", model.section(model.temperature, 1, ncol)));
  CHECK_OK(call.get("rainfall_flux", model.section(model.rain, 1, ncol)));
  CHECK_OK(call.close());
  CHECK(agrees(scores(scheme)["air_temperature"]["rows"][1], native, emulated));
}

static void an_increment_needs_what_was_before() {
  const std::string card = replaced(column_card, "\"tendency\"", "\"increment\"");
  const Scheme scheme(shadow(write_emulator(card)));
  const Model model(3);
  const Call call(scheme, 3);
  model.put_all(call, 1, 3);
  CHECK_OK(call.run());
  CHECK_REFUSED(call.get("heating_rate", model.section(model.heating, 1, 3)), HYB_ERROR_FIELD,
                "'heating_rate'", "increment", "expected a put before the get", "found none");
}

static void a_constant_has_no_r2() {
  const Scheme scheme(shadow(write_emulator(column_card)));
  Model model(1);
  model.block(scheme, 1, 1);
  CHECK(scores(scheme)["rainfall_flux"]["r2"].is_null());
}

static void hand_over(const Scheme &from, const Scheme &to) {
  int64_t nshared = 0, nrow = 0, ncolumn = 0;
  CHECK_OK(hyb_domain_state_shape(from.domain.handle, &nshared, &nrow, &ncolumn));
  std::vector<double> shared(static_cast<size_t>(nshared)), none(1);
  CHECK_OK(hyb_domain_state_get(from.domain.handle, shared.data(), nshared, none.data(), 0, ncol));
  CHECK_OK(hyb_domain_state_set(to.domain.handle, shared.data(), nshared, none.data(), 0, ncol));
}

// The scores of a run, and of one that stopped and went on. A save changes none.
static std::pair<nlohmann::json, nlohmann::json> with_a_restart(Model model) {
  const hyb_grid grid = {sizeof(hyb_grid), ncol, nullptr, nullptr, nullptr, nullptr};
  const std::string table = shadow(write_emulator(column_card));
  const Scheme whole(table, HYB_TOP_DOWN, &grid), first(table, HYB_TOP_DOWN, &grid),
      second(table, HYB_TOP_DOWN, &grid);
  model.blocks(whole, 5);
  for (int64_t at = 1; at <= 20; at += 5) model.block(first, at, 5);
  const auto before = scores(first);
  hand_over(first, second);
  CHECK(scores(first) == before);
  CHECK_EQ(scores(second)["rainfall_flux"]["unit"].get<std::string>(), "kg m-2 s-1");
  for (int64_t at = 21; at <= ncol; at += 5) model.block(second, at, 5);
  return {scores(whole), scores(second)};
}

static void scores_survive_a_restart() {
  const auto [expected, found] = with_a_restart(Model(ncol));
  for (const char *field : {"rainfall_flux", "heating_rate"}) {
    CHECK(found[field]["n"] == expected[field]["n"]);
    CHECK(found[field]["bias"] == expected[field]["bias"]);
    CHECK_EQ(found[field]["rows"].size(), expected[field]["rows"].size());
    for (const char *score : {"rmse", "r2"})
      CHECK(close_to(found[field][score], expected[field][score].get<double>()));
  }
}

// Sums about zero have lost the last bits of a variance that is small beside the mean: 1e-12 of its
// square here, so 1e-4 are left of the rounding of 1e-16.
static void a_constant_and_what_hardly_varies_survive() {
  Model model(ncol), flat(ncol);
  for (int64_t i = 0; i < ncol; ++i) {
    model.pressure[static_cast<size_t>(i)] = 1e5 + 0.1 * static_cast<double>(i % 7);
    flat.pressure[static_cast<size_t>(i)] = 100.3;
  }
  const auto [expected, found] = with_a_restart(model);
  const double r2 = expected["rainfall_flux"]["r2"], again = found["rainfall_flux"]["r2"];
  CHECK(std::abs((again - r2) / (r2 - 1)) < 1e-3);
  const auto [constant, after] = with_a_restart(flat);
  CHECK(constant["rainfall_flux"]["r2"].is_null() && after["rainfall_flux"]["r2"].is_null());
}

int main() {
  host_arrays_keep_their_bits();
  host_arrays_keep_even_strange_bits();
  scores_are_right();
  scores_of_levels_are_right(HYB_TOP_DOWN);
  scores_of_levels_are_right(HYB_BOTTOM_UP);
  increments_are_scored_as_differences();
  an_increment_needs_what_was_before();
  a_constant_has_no_r2();
  scores_survive_a_restart();
  a_constant_and_what_hardly_varies_survive();
  return check_failures();
}
