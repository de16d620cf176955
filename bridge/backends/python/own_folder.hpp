// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

namespace hybrid_python {

// The folder that this library was loaded from, symbolic links resolved.
std::string own_folder();

}  // namespace hybrid_python
