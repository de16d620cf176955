// SPDX-License-Identifier: BSD-3-Clause
// The file of a domain's statistics: JSON, or NetCDF where its name ends in .nc.
#pragma once

#include <string>

namespace hyb {

// What a file says it is. The version changes when a reader of the old ones would go wrong.
constexpr const char *statistics_format = "pyhybrid statistics";
constexpr int statistics_version = 1;

// Fails if nothing could write such a file.
void check_statistics_file(const std::string &path, const std::string &plugins);

// Replaces the file by one with `statistics`, a JSON text.
void write_statistics_file(const std::string &path, const std::string &statistics,
                           const std::string &plugins);

}  // namespace hyb
