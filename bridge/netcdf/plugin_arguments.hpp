// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <initializer_list>

#include "plugin/failure.hpp"

namespace hybrid_netcdf {

inline void need(std::initializer_list<const void *> pointers) {
  for (const void *pointer : pointers)
    if (!pointer)
      throw hybrid_plugin::Failure(HYB_ERROR_ARGUMENT, "expected a pointer, found null");
}

}  // namespace hybrid_netcdf
