// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "plugin/failure.hpp"

namespace hybrid_torch {

using hybrid_plugin::Failure;
using hybrid_plugin::mismatch;

}  // namespace hybrid_torch
