// SPDX-License-Identifier: BSD-3-Clause
// What a restart looks like inside: each array is a variable in the groups that the parts of its
// name say. One that is by column has the dimensions (NAME_row, column), any other (NAME_length), or
// none if it is a single value. `column` at the root has the global indices.
#pragma once

namespace hybrid_netcdf {

// In the attribute Conventions; a reader refuses other files.
constexpr const char *restart_format = "pyhybrid-restart-1";
constexpr const char *column_name = "column";

}  // namespace hybrid_netcdf
