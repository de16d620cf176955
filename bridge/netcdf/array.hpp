// SPDX-License-Identifier: BSD-3-Clause
// A variable of any NetCDF file, for who wants its numbers. Used on the worker's thread only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hybrid_plugin.h"

namespace hybrid_netcdf {

class Array {
 public:
  Array(const std::string &path, const std::string &name);
  ~Array();
  Array(const Array &) = delete;
  Array &operator=(const Array &) = delete;

  const hyb_array &shape() const { return shape_; }

  // Lets the file be: in a child of fork it belongs to the parent.
  void forget() { id_ = -1; }

  void read(const int64_t *start, const int64_t *count, double *data);

 private:
  void open(const std::string &path);
  void find_shape();
  void find_packing();
  void find_missing();
  void close();
  double number(const char *attribute, double otherwise) const;
  double unpacked(double stored) const;

  std::string what_;
  int id_ = -1, variable_ = -1;
  hyb_array shape_{};
  std::string unit_, calendar_, dimensions_[4];
  double scale_ = 1, offset_ = 0;
  std::vector<double> missing_;  // as stored
};

}  // namespace hybrid_netcdf
