// SPDX-License-Identifier: BSD-3-Clause
// The network of the test backend: output j = sum over i of weight(i, j) * feature i. The weights
// are small whole numbers, different for neighbours, so that sums of small whole numbers are exact
// and two features that change places are noticed.
#pragma once

#include <cstdint>

constexpr int64_t network_weight(int64_t feature, int64_t output) {
  return 1 + (3 * feature + 5 * output) % 11;
}

// What the plug-ins count, as their function test_counts gives it out.
struct PluginCounts {
  int64_t opened, prepared, run, closed;
  int64_t submitted = 0, waited = 0, reserved = 0;  // reserved: not released yet
};
