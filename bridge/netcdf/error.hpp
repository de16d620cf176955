// SPDX-License-Identifier: BSD-3-Clause
// What goes wrong with a recording.
#pragma once

#include <netcdf.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "plugin/failure.hpp"

namespace hybrid_netcdf {

using hybrid_plugin::Failure;

[[noreturn]] inline void refuse(const std::string &text) { throw Failure(HYB_ERROR_RECORD, text); }

[[noreturn]] inline void refuse(const std::string &what, const std::string &expected,
                                const std::string &found) {
  hybrid_plugin::mismatch(HYB_ERROR_RECORD, what, expected, found);
}

// "what: why", why from the operating system.
[[noreturn]] inline void fail_errno(const std::string &what, int number) {
  refuse(what + ": " + std::strerror(number));
}

// NetCDF says "HDF error" for whatever the operating system refused: errno says more.
inline void check(int status, const std::string &what) {
  if (status == NC_NOERR) return;
  std::string text = what + ": " + nc_strerror(status);
  if (status == NC_EHDFERR && errno != 0) text += std::string(" (") + std::strerror(errno) + ")";
  refuse(text);
}

}  // namespace hybrid_netcdf
