// SPDX-License-Identifier: BSD-3-Clause
// A host whose native routine adds to the temperature in place.
#pragma once

#include "model.hpp"
#include "recording.hpp"

struct AddingModel : Model {
  int64_t native_calls = 0;

  explicit AddingModel(int64_t columns) : Model(columns) {
    for (double &t : temperature) t += 0.1;
  }

  // Not exactly undone by a subtraction.
  void add_native(int64_t first, int64_t n) {
    ++native_calls;
    for (int64_t i = first - 1; i < first - 1 + n; ++i) {
      rain[static_cast<size_t>(i)] = temperature[at(i, 0)] / 3;
      for (int64_t l = 0; l < model_levels; ++l)
        temperature[at(i, l)] += 1e-7 * temperature[at(i, l)] + pressure[static_cast<size_t>(i)];
    }
  }
  void block(const Scheme &scheme, int64_t first, int64_t n) {
    const Call call(scheme, n, first);
    put_all(call, first, n);
    CHECK_OK(call.run());
    if (call.native_wanted()) add_native(first, n);
    CHECK_OK(call.get("air_temperature", section(temperature, first, n)));
    CHECK_OK(call.get("rainfall_flux", section(rain, first, n)));
    CHECK_OK(call.close());
  }
  void blocks(const Scheme &scheme, int64_t size) {
    for (int64_t first = 1; first <= ncol; first += size)
      block(scheme, first, std::min(size, ncol - first + 1));
  }
  bool same_bits(const AddingModel &other) const {
    return std::memcmp(temperature.data(), other.temperature.data(), temperature.size() * 8) == 0 &&
           std::memcmp(rain.data(), other.rain.data(), rain.size() * 8) == 0;
  }
};

// A run of several steps, with two calls per step where wanted.
inline AddingModel run_steps(const std::string &table, int64_t ncol, int64_t size,
                             int64_t steps = 3, int calls = 1) {
  const Scheme scheme(table);
  AddingModel model(ncol);
  for (int64_t step = 1; step <= steps; ++step) {
    scheme.step(step, "0001-01-01");
    for (int call = 0; call < calls; ++call) model.blocks(scheme, size);
  }
  return model;
}
