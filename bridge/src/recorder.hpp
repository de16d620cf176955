// SPDX-License-Identifier: BSD-3-Clause
// The recording of one scheme on one rank: draws the sample, hands captures to the storage
// plug-in's writer thread and keeps the run going when that fails.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "capture.hpp"
#include "config.hpp"
#include "grid.hpp"
#include "hybrid_plugin.h"
#include "log.hpp"
#include "sampler.hpp"

namespace hyb {

class CapturePool;

class Recorder {
 public:
  // `about`: further attributes of the file, by name.
  Recorder(const RecordConfig &config, const std::string &scheme, int32_t rank, bool bottom_up,
           const std::string &plugin_folders, const Grid &grid, Log &log,
           std::vector<std::pair<std::string, std::string>> about);
  ~Recorder();

  // False once the recording has failed.
  bool active() const { return !failed_.load(std::memory_order_relaxed); }

  const Sampler &sampler() const { return sampler_; }

  // The kind in which an array of the host is stored.
  int32_t stored_kind(const Field &field) const;

  std::unique_ptr<Capture> take();
  void give_back(std::unique_ptr<Capture> capture);

  // Queues the columns `rows` of the block that begins at local column `first`.
  void append(std::unique_ptr<Capture> capture, int64_t step, const std::string &date,
              int64_t first, const std::vector<int64_t> &rows);

  // Looks at the writer; fails if the recording did and the policy is "stop".
  void check();
  void flush();
  void finish();

 private:
  void check_new() const;
  void create(const Capture &capture, int64_t step);
  bool opened(const Capture &capture, int64_t step);
  void compare(const Capture &capture) const;
  [[noreturn]] void refuse(const std::string &found) const;
  void give_up(const std::string &why);

  RecordConfig config_;
  std::string path_, scheme_;
  bool bottom_up_;
  std::vector<std::pair<std::string, std::string>> about_;
  const Grid &grid_;
  Log &log_;
  Sampler sampler_;
  const hyb_storage *storage_;
  std::shared_ptr<CapturePool> pool_;
  std::mutex mutex_;
  void *file_ = nullptr;
  std::vector<std::pair<Group, const Field *>> variables_;  // of the file, once it is created
  std::atomic<bool> failed_{false};
  std::string failure_;
};

}  // namespace hyb
