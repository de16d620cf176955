// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "hybrid_plugin.h"

namespace hybrid_netcdf {

// On the worker's thread only.
void write_restart(const std::string &path, const hyb_restart &restart);

}  // namespace hybrid_netcdf
