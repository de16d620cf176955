// SPDX-License-Identifier: BSD-3-Clause
// What restarts and tables define alike.
#pragma once

#include <netcdf.h>

#include <cstdint>
#include <string>

#include "error.hpp"

namespace hybrid_netcdf {

// Where a name that is a path leads: its group, and the rest of it.
struct Named {
  int group;
  std::string name;
};

// The group of that name in `parent`, made where it is missing.
inline int group_in(int parent, const std::string &name) {
  int id = -1;
  const int status = nc_inq_grp_ncid(parent, name.c_str(), &id);
  if (status != NC_NOERR) check(nc_def_grp(parent, name.c_str(), &id), "'" + name + "'");
  return id;
}

inline Named named(int file, std::string path) {
  int group = file;
  for (size_t end; (end = path.find('/')) != std::string::npos; path.erase(0, end + 1))
    group = group_in(group, path.substr(0, end));
  return {group, path};
}

// Where the length is 0, netCDF makes the dimension unlimited, and it stays 0.
inline int new_dimension(int group, const std::string &name, int64_t length) {
  int id = -1;
  check(nc_def_dim(group, name.c_str(), static_cast<size_t>(length), &id), name);
  return id;
}

inline void put_text(int group, int variable, const char *name, const std::string &text) {
  check(nc_put_att_text(group, variable, name, text.size(), text.c_str()), name);
}

}  // namespace hybrid_netcdf
