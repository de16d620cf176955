// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <netcdf.h>

#include <string>

#include "error.hpp"

namespace hybrid_netcdf {

// An attribute's text; empty if there is none.
inline std::string text_of(int group, int variable, const char *name) {
  size_t length = 0;
  nc_type type = NC_NAT;
  if (nc_inq_att(group, variable, name, &type, &length) != NC_NOERR || type != NC_CHAR) return "";
  std::string text(length, ' ');
  check(nc_get_att_text(group, variable, name, text.data()), std::string("attribute ") + name);
  return text;
}

}  // namespace hybrid_netcdf
