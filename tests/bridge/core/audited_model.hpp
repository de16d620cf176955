// SPDX-License-Identifier: BSD-3-Clause
// The little host with a native routine that the emulator resembles.
#pragma once

#include <random>

#include "statistics.hpp"

inline const hyb_grid &grid_of(int64_t ncol) {
  static hyb_grid grid;
  grid = {sizeof(hyb_grid), ncol, nullptr, nullptr, nullptr, nullptr};
  return grid;
}

// The emulator plus scatter and a bias of one level, times a factor that the test moves. Scatter is a
// function of step and column, whatever the blocks.
struct AuditedModel : Model {
  double factor = 1, scatter = 20, bias = 0;
  int64_t native_columns = 0, number = 0;
  int64_t offset = 0;  // global columns before the first one
  using Model::Model;

  void native(int64_t first, int64_t n) {
    native_columns += n;
    for (int64_t i = first - 1; i < first - 1 + n; ++i) {
      std::mt19937_64 random(static_cast<uint64_t>(1000 * number + offset + i));
      std::normal_distribution<double> noise(0, scatter);
      rain[static_cast<size_t>(i)] = factor * emulated(i, model_levels) + noise(random);
      for (int64_t l = 0; l < model_levels; ++l)
        heating[at(i, l)] = factor * emulated(i, l) + noise(random) + (l == 1 ? bias : 0);
    }
  }
  void block(const Scheme &scheme, int64_t first, int64_t n) {
    const Call call(scheme, n, first);
    put_all(call, first, n);
    CHECK_OK(call.run());
    if (call.native_wanted()) native(first, n);
    get_all(call, first, n);
    CHECK_OK(call.close());
  }
  void blocks(const Scheme &scheme, int64_t size) {
    for (int64_t first = 1; first <= ncol; first += size)
      block(scheme, first, std::min(size, ncol - first + 1));
  }
  void step(const Scheme &scheme, int64_t step_number, int64_t size) {
    number = step_number;
    scheme.step(step_number, "2001-01-01T00:00:00");
    blocks(scheme, size);
  }
};
