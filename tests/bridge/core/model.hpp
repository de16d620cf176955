// SPDX-License-Identifier: BSD-3-Clause
// A little host with the fields of column_card, and what the emulator makes of them.
#pragma once

#include <algorithm>

#include "fixture.hpp"

constexpr int64_t model_levels = 3;

// Arrays (column, level) of the columns 1 to ncol, whole numbers so that all sums are exact.
struct Model {
  int64_t ncol;
  std::vector<double> temperature, pressure, heating, rain;

  explicit Model(int64_t columns)
      : ncol(columns),
        temperature(static_cast<size_t>(columns * model_levels)),
        pressure(static_cast<size_t>(columns)),
        heating(temperature.size(), -1.0),
        rain(pressure.size(), -1.0) {
    for (int64_t i = 0; i < columns; ++i) {
      pressure[static_cast<size_t>(i)] = static_cast<double>(100 + i % 57);
      for (int64_t l = 0; l < model_levels; ++l)
        temperature[at(i, l)] = static_cast<double>(200 + (7 * i + 31 * l) % 101);
    }
  }

  size_t at(int64_t column, int64_t level) const {
    return static_cast<size_t>(level * ncol + column);
  }

  // Output j of the network for a column (from 0): three levels of heating, then rain.
  double emulated(int64_t column, int64_t j) const {
    double sum = static_cast<double>(network_weight(model_levels, j)) *
                 pressure[static_cast<size_t>(column)];
    for (int64_t l = 0; l < model_levels; ++l)
      sum += static_cast<double>(network_weight(l, j)) * temperature[at(column, l)];
    return sum;
  }

  // The native routine: something else.
  void run_native(int64_t first, int64_t n) {
    for (int64_t i = first - 1; i < first - 1 + n; ++i) {
      rain[static_cast<size_t>(i)] = pressure[static_cast<size_t>(i)] / 3;
      for (int64_t l = 0; l < model_levels; ++l) heating[at(i, l)] = temperature[at(i, l)] / 7;
    }
  }

  // The columns first to first+n-1 (from 1) of an array, as a host passes t(first:last, :).
  hyb_view section(const std::vector<double> &array, int64_t first, int64_t n) const {
    const bool has_level = &array == &temperature || &array == &heating;
    hyb_view view = has_level ? view_of(array.data() + first - 1, {n, model_levels})
                              : view_of(array.data() + first - 1, {n});
    view.stride[1] = ncol * static_cast<int64_t>(sizeof(double));
    return view;
  }

  void put_all(const Call &call, int64_t first, int64_t n) const {
    CHECK_OK(call.put("air_temperature", section(temperature, first, n)));
    CHECK_OK(call.put("surface_air_pressure", section(pressure, first, n)));
  }
  void get_all(const Call &call, int64_t first, int64_t n) const {
    CHECK_OK(call.get("heating_rate", section(heating, first, n)));
    CHECK_OK(call.get("rainfall_flux", section(rain, first, n)));
  }

  // One block's way through a scheme.
  void block(const Scheme &scheme, int64_t first, int64_t n) {
    const Call call(scheme, n, first);
    put_all(call, first, n);
    CHECK_OK(call.run());
    if (call.native_wanted()) run_native(first, n);
    get_all(call, first, n);
    CHECK_OK(call.close());
  }
  void blocks(const Scheme &scheme, int64_t size) {
    for (int64_t first = 1; first <= ncol; first += size)
      block(scheme, first, std::min(size, ncol - first + 1));
  }

  bool is_emulated() const {
    for (int64_t i = 0; i < ncol; ++i) {
      if (rain[static_cast<size_t>(i)] != emulated(i, model_levels)) return false;
      for (int64_t l = 0; l < model_levels; ++l)
        if (heating[at(i, l)] != emulated(i, l)) return false;
    }
    return true;
  }
  bool is_native() const {
    Model other(ncol);
    other.run_native(1, ncol);
    return heating == other.heating && rain == other.rain;
  }
};
