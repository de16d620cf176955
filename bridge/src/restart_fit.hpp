// SPDX-License-Identifier: BSD-3-Clause
// What of a restart fits a run of another configuration.
#pragma once

#include <string>
#include <vector>

#include "snapshot.hpp"

namespace hyb {

struct Fit {
  Snapshot snapshot;               // all that the run has, and no more
  std::vector<std::string> told;   // what was not taken over, and why
};

// `found` as a state of the run whose state at its beginning is `own`. What the run has and `found`
// does not, or made with something else, is as in `own`; what only `found` has is left out. Unless
// `adapts` both fail with HYB_ERROR_STATE. `where` begins the messages: "restart 'x.nc'".
Fit fitted(const Snapshot &found, const Snapshot &own, bool adapts, const std::string &where);

}  // namespace hyb
