// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "constraints/projection.hpp"

namespace hyb {

// The first enforced budget that cannot be closed beside those before it, whatever the fields'
// values: its terms are a combination of theirs, or no output of it may change. Null if there is
// none. Tried on made-up fields, as shapes are not known before the first block.
const Budget *dependent_budget(const Projection &projection, const ValueFields &fields);

}  // namespace hyb
