// SPDX-License-Identifier: BSD-3-Clause
// What the calls of one step leave for its end, by column of the domain: what hooks learn from.
#pragma once

#include <cstdint>
#include <vector>

#include "clock.hpp"
#include "grid.hpp"
#include "values.hpp"

namespace hyb {

struct Samples {
  const Clock *clock = nullptr;  // of the step that ended
  const Grid *grid = nullptr;
  std::vector<int64_t> columns;  // those seen, numbers within the domain from 0, ascending

  // What would have had to be added to the emulator's result, before any hook: native minus
  // emulated where it comes from the audit, the host's increment plus what hooks had added where it
  // was observed. ncol is the domain's number of columns; only `columns` hold values.
  FieldValues wanted;
  // By place in ValueFields, likewise; only what hooks learn by (Hook::predictors) has data.
  // Outputs are the emulator's, before any hook.
  std::vector<FieldValues> inputs, outputs;
};

}  // namespace hyb
