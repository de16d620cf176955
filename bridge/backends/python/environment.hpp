// SPDX-License-Identifier: BSD-3-Clause
// A Python environment on disk: a virtual one, one of conda, or a Python's own.
#pragma once

#include <string>

namespace hybrid_python {

// The configured one; if empty that of VIRTUAL_ENV, else the one that holds this library, else the
// Python that this library was built with. Symbolic links are resolved.
std::string chosen_environment(const char *configured);

struct Environment {
  explicit Environment(const std::string &prefix);  // fails unless it can be used here

  std::string executable;  // what a user would start
  std::string libpython;   // the shared library of the Python that it is based on
};

}  // namespace hybrid_python
