// SPDX-License-Identifier: BSD-3-Clause
// The one Python interpreter of the process: the one that runs, else one started here.
#pragma once

#include "hybrid_plugin.h"

namespace hybrid_python {

// The functions written in Python, once an interpreter is there. The environment is fixed at the
// first use; asking for another one later fails.
const hyb_backend &python(const hyb_backend_options &options);

}  // namespace hybrid_python
