// SPDX-License-Identifier: BSD-3-Clause
// The function of hyb_storage that writes a table.
#pragma once

#include "hybrid_plugin.h"

namespace hybrid_netcdf {

int32_t save_table(const char *path, const hyb_table *table, hyb_message *message);

}  // namespace hybrid_netcdf
