// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "plugin/failure.hpp"

namespace hybrid_python {

using hybrid_plugin::Failure;
using hybrid_plugin::guarded;
using hybrid_plugin::mismatch;

}  // namespace hybrid_python
