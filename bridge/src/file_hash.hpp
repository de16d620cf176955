// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

namespace hyb {

// Of the bytes of a file, 16 hexadecimal digits; "" where it cannot be read. Tells files apart, not
// forgeries.
std::string file_hash(const std::string &path);

}  // namespace hyb
