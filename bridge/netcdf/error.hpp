// SPDX-License-Identifier: BSD-3-Clause
// What goes wrong with a recording, as an exception inside the plug-in.
#pragma once

#include <netcdf.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

namespace hybrid_netcdf {

struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

[[noreturn]] inline void refuse(const std::string &what, const std::string &expected,
                                const std::string &found) {
  throw Error(what + ": expected " + expected + ", found " + found);
}

// "what: why", why from the operating system.
[[noreturn]] inline void fail_errno(const std::string &what, int number) {
  throw Error(what + ": " + std::strerror(number));
}

// NetCDF says "HDF error" for whatever the operating system refused: errno says more.
inline void check(int status, const std::string &what) {
  if (status == NC_NOERR) return;
  std::string text = what + ": " + nc_strerror(status);
  if (status == NC_EHDFERR && errno != 0) text += std::string(" (") + std::strerror(errno) + ")";
  throw Error(text);
}

}  // namespace hybrid_netcdf
