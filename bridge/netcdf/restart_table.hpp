// SPDX-License-Identifier: BSD-3-Clause
// The functions of hyb_storage that concern restarts.
#pragma once

#include "hybrid_plugin.h"

namespace hybrid_netcdf {

int32_t save_restart(const char *path, const hyb_restart *restart, hyb_message *message);
int32_t open_restart(const char *path, void **file, hyb_restart *contents, hyb_message *message);
int32_t read_restart(void *file, int32_t array, int64_t first, int64_t count, double *data,
                     hyb_message *message);
void close_restart(void *file);

}  // namespace hybrid_netcdf
