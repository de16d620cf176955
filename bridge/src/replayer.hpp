// SPDX-License-Identifier: BSD-3-Clause
// Recorded outputs in place of the native routine: a run that stays bit-identical proves that the
// list of fields is complete.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "buffer.hpp"
#include "config.hpp"
#include "fields.hpp"
#include "grid.hpp"
#include "hybrid_plugin.h"
#include "log.hpp"

namespace hyb {

class RecordingFile;

class Replayer {
 public:
  Replayer(const ReplayConfig &config, const std::string &scheme, bool bottom_up,
           const std::string &plugin_folders, const Grid &grid, Log &log);
  ~Replayer();

  // Finds the recorded samples of a block; `samples` gets one per column. Fails if one is missing.
  void open(int64_t step, int64_t first, int64_t ncol, std::vector<int64_t> &samples);

  // Compares an input with the recorded one; the first difference of the run is logged.
  void put(const Field &field, const HostArray &array, const std::vector<int64_t> &samples);

  // Writes the recorded output.
  void get(const Field &field, const HostArray &array, const std::vector<int64_t> &samples);

 private:
  struct Loaded {
    hyb_variable variable;
    Buffer data;  // [sample of the step][level][species]
  };

  void add_file(const std::string &path);
  void check_orientation(const RecordingFile &file, const std::string &path) const;
  int64_t index(int64_t step);
  void load(int64_t step);
  const Loaded &loaded(const char *group, const Field &field) const;

  std::string scheme_, orientation_;
  bool check_;
  const Grid &grid_;
  Log &log_;
  const hyb_storage *storage_;
  std::vector<std::unique_ptr<RecordingFile>> files_;
  std::mutex mutex_;
  int64_t step_ = INT64_MIN;
  std::vector<Loaded> loaded_;
  // Samples of the loaded step by global column, in the order of recording: a scheme may be called
  // several times for a column in one step.
  std::unordered_map<int64_t, std::vector<int64_t>> samples_;
  std::unordered_map<int64_t, size_t> replayed_;
  std::atomic<bool> differed_{false};
};

}  // namespace hyb
