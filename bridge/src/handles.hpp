// SPDX-License-Identifier: BSD-3-Clause
// What the C functions of hybrid.h have in common.
#pragma once

#include <memory>

#include "domain.hpp"
#include "error.hpp"

struct hyb_domain {
  std::shared_ptr<hyb::Domain> shared;
};

namespace hyb {

template <class T>
T &checked(T *pointer, const char *what) {
  if (!pointer) mismatch(HYB_ERROR_ARGUMENT, what, "an address", "null");
  return *pointer;
}

inline const char *checked_text(const char *text, const char *what) {
  return &checked(text, what);
}

}  // namespace hyb
