// SPDX-License-Identifier: BSD-3-Clause
// A NetCDF-4 file made by a recipe of a few bytes: any dimensions, types, ranks, names and groups.
// HDF5 refuses nearly every file in which bytes were changed; these it takes, so that they reach
// what reads them.
#pragma once

#include <netcdf.h>

#include <cstdint>
#include <string>
#include <vector>

class Recipe {
 public:
  Recipe(const uint8_t *data, size_t size) : data_(data), size_(size) {}

  // Calls that fail, as for a name that is there already, leave something out.
  void write(const std::string &path) {
    int file = -1;
    if (nc_create(path.c_str(), NC_NETCDF4 | NC_CLOBBER, &file) != NC_NOERR) return;
    groups_ = {file};
    put_conventions(file);
    while (size_ > 0) put_something();
    nc_close(file);
  }

 private:
  size_t next(size_t below) {
    if (size_ == 0) return 0;
    --size_;
    return *data_++ % below;
  }
  int group() { return groups_[next(groups_.size())]; }
  std::string name() {
    static const char *const names[] = {"column", "clock", "a", "b_row", "b_length", "\xc3\xa9"};
    return names[next(6)];
  }

  void put_conventions(int file) {
    static const std::string known = "pyhybrid-restart-1";
    const size_t kind = next(8);
    const int number = 5;
    if (kind == 0) nc_put_att_int(file, NC_GLOBAL, "Conventions", NC_INT, 1, &number);
    if (kind == 1) nc_put_att_text(file, NC_GLOBAL, "Conventions", next(30), known.data());
    if (kind > 2) nc_put_att_text(file, NC_GLOBAL, "Conventions", known.size(), known.data());
  }
  void put_something() {
    switch (next(4)) {
      case 0: return put_group();
      case 1: return put_dimension();
      default: return put_variable();
    }
  }
  void put_group() {
    int made = -1;
    const int in = group();
    if (nc_def_grp(in, name().c_str(), &made) == NC_NOERR) groups_.push_back(made);
  }
  void put_dimension() {
    int made = -1;
    const int in = group();
    const size_t length = next(8) == 0 ? NC_UNLIMITED : size_t{1} << next(6);
    if (nc_def_dim(in, name().c_str(), length, &made) == NC_NOERR) dimensions_.push_back(made);
  }
  void put_variable() {
    static const nc_type types[] = {NC_DOUBLE, NC_DOUBLE, NC_INT64, NC_FLOAT, NC_CHAR, NC_STRING};
    const nc_type type = types[next(6)];
    std::vector<int> over;
    for (size_t left = dimensions_.empty() ? 0 : next(5); left > 0; --left)
      over.push_back(dimensions_[next(dimensions_.size())]);
    int made = -1;
    const int in = group();
    nc_def_var(in, name().c_str(), type, static_cast<int>(over.size()), over.data(), &made);
  }

  const uint8_t *data_;
  size_t size_;
  std::vector<int> groups_, dimensions_;
};
