// SPDX-License-Identifier: BSD-3-Clause
// A restart that is read. Used on the worker's thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "hybrid_plugin.h"

namespace hybrid_netcdf {

class RestartReader {
 public:
  explicit RestartReader(const std::string &path);
  ~RestartReader();
  RestartReader(const RestartReader &) = delete;
  RestartReader &operator=(const RestartReader &) = delete;

  // Points into the reader.
  hyb_restart contents() const;

  void read(int32_t array, int64_t first, int64_t count, double *data) const;

 private:
  struct Place {
    int group, variable;
  };
  void open(const std::string &path);
  void read_columns();
  void find_arrays(int group, const std::string &prefix);
  void find_array(Place place, const std::string &prefix);
  hyb_restart_array described(Place place, const std::string &name) const;

  int id_ = -1, column_dimension_ = -1;
  std::vector<int64_t> columns_;
  std::vector<hyb_restart_array> arrays_;
  std::vector<Place> places_;
  std::deque<std::string> names_;  // what the arrays point to
};

}  // namespace hybrid_netcdf
