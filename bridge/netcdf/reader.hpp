// SPDX-License-Identifier: BSD-3-Clause
// A recording that is read, for replay. Used on the worker's thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "hybrid_plugin.h"

namespace hybrid_netcdf {

class Reader {
 public:
  explicit Reader(const std::string &path);
  ~Reader();
  Reader(const Reader &) = delete;
  Reader &operator=(const Reader &) = delete;

  const std::vector<int64_t> &step() const { return step_; }
  const std::vector<int64_t> &column() const { return column_; }
  const std::vector<hyb_variable> &variables() const { return variables_; }

  // A global attribute, "" if there is none; lives as long as the reader.
  const char *attribute(const char *name);

  // Lets the file be: in a child of fork it belongs to the parent.
  void forget() { id_ = -1; }

  // Samples start .. start+count-1 of a variable, as stored, sample slowest.
  void read(int32_t variable, int64_t start, int64_t count, void *data);

 private:
  struct Place {
    int group, id;
  };
  void open();
  void check_format();
  void read_samples();
  void find_group(const char *name);
  void find_variable(const char *group, Place place);
  std::vector<int64_t> integers(const char *name);
  int32_t kind_of(Place place, const std::string &name);
  const char *keep(std::string text);
  void extents(Place place, hyb_variable &variable);
  void axis(const std::string &dimension, int64_t extent, hyb_variable &variable);

  const std::string path_;
  int id_ = -1;
  std::vector<int64_t> step_, column_;
  std::vector<hyb_variable> variables_;
  std::vector<Place> places_;
  std::deque<std::string> texts_;  // what the variables point to
};

}  // namespace hybrid_netcdf
