// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

namespace hyb {

// Writes a file at once: whoever reads it, even after a crash of the process, finds the old one or
// the new one. False if it cannot be written; then the old one stays.
bool write_whole_file(const std::string &path, const std::string &text);

}  // namespace hyb
