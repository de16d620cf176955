// SPDX-License-Identifier: BSD-3-Clause
// The one Python interpreter of the process: the one that runs, else one started here.
#pragma once

#include "hybrid_plugin.h"

namespace hybrid_python {

// What is written in Python, once an interpreter is there.
struct Interpreter {
  const char *prefix = nullptr;  // sys.prefix
  const hyb_backend *backend = nullptr;
  const hyb_hook *hook = nullptr;
};

// `environment` is the one that is configured, null or "" for the default. It is fixed at the first
// use; asking for another one later fails.
const Interpreter &python(const char *environment, int32_t threads);

}  // namespace hybrid_python
