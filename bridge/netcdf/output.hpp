// SPDX-License-Identifier: BSD-3-Clause
// The writing half of a recording. Used on the worker's thread only.
#pragma once

#include <functional>
#include <string>

#include "file.hpp"
#include "layout.hpp"

namespace hybrid_netcdf {

// Gathers captures into blocks, for thousands of small writes would cost more than the data. Holds
// one block (4 MB, or one sample where that is larger) beside the captures that wait.
class Output {
 public:
  // `written` is told after each block.
  Output(const std::string &path, const hyb_recording_options &options,
         std::function<void()> written);

  void add(const hyb_capture &capture);
  void persist();  // all that was added is on disk afterwards
  void close();
  bool abandon() noexcept { return file_.abandon(); }  // is what was written on disk?
  bool torn() const { return file_.torn(); }           // may the file be damaged?

  int64_t written() const { return static_cast<int64_t>(written_); }

 private:
  size_t room() const;
  void write();
  void put(const Series &series);
  int64_t bytes_needed() const;

  File file_;
  Layout layout_;
  std::function<void()> told_;
  size_t written_ = 0, waiting_ = 0;  // samples in the file, in the block
  bool lasting_ = true;
};

}  // namespace hybrid_netcdf
