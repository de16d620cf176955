// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <nlohmann/json.hpp>

namespace hybrid_bench {

// Of arrays far larger than the caches, one thread [bytes s-1], read and written bytes counted:
// a copy, the triad a = b + s c, and the conversion of real64 to real32.
nlohmann::json bandwidths();

}  // namespace hybrid_bench
