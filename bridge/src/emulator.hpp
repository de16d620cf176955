// SPDX-License-Identifier: BSD-3-Clause
// An emulator file opened by its backend, run in tiles of sizes that are fixed when it is loaded,
// so that a column's result does not depend on which columns it is computed with.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "batch_sizes.hpp"
#include "buffer.hpp"
#include "card.hpp"
#include "config.hpp"
#include "hybrid_plugin.h"
#include "tiles.hpp"

namespace hyb {

class Emulator {
 public:
  Emulator(const EmulatorConfig &config, const std::string &plugin_folders);
  ~Emulator();
  Emulator(const Emulator &) = delete;
  Emulator &operator=(const Emulator &) = delete;

  const Card &card() const { return card_; }
  const std::string &path() const { return path_; }
  // Of the file: what the configuration asks for, else as the file is now.
  std::string sha256() const;

  // What runs it: the backend's name, and a line of its own with a level to log it at. The line
  // may be empty; 0: it is not for the log.
  const std::string &backend() const { return backend_name_; }
  const std::string &about() const { return about_; }
  int32_t about_level() const { return about_level_; }

  // The largest number of samples that run at once.
  int64_t tile() const { return tile_; }

  // The number of samples that a batch of `nsample`, at most tile(), has to be padded to.
  int64_t padded(int64_t nsample) const;

  // How nsample samples of `nrow` values are stored for it.
  Tiles tiles(int64_t nrow, int64_t nsample) const;

  // Batches that may be on their way to a device; 0: `run` is all there is.
  int64_t in_flight() const { return in_flight_; }

  // Where the matrices of a batch for the device have to lie.
  Memory &device_memory() const { return *memory_; }

  // Starts a batch of padded(nsample) samples; gives what `wait` takes, in every case once. Its
  // matrices are the backend's until then.
  void *submit(const void *x, void *y, int64_t nsample) const;
  void wait(void *batch) const;

  // x holds tiles(nfeature, nsample) and y tiles(noutput, nsample), of the card's kind, 64-byte
  // aligned and padded. Any number of threads may run it at once.
  void run(const void *x, void *y, int64_t nsample) const;

  // What was run and submitted, without what it was padded by.
  BatchSizes &batch_sizes() const { return batch_sizes_; }

 private:
  void prepare(int64_t declared);
  void take(const hyb_plan &plan);
  void run_tile(const char *x, char *y, int64_t begin, int64_t count) const;

  std::string path_, required_sha256_;
  std::vector<int64_t> sizes_;  // of the batches that the backend was told of, ascending
  int64_t tile_ = 0;
  int64_t in_flight_ = 0;
  std::unique_ptr<Memory> memory_;
  int64_t step_ = 0;            // any multiple of it is a size; 0: those in sizes_ are
  std::string backend_name_, about_;
  int32_t about_level_ = 0;
  const hyb_backend *backend_ = nullptr;
  void *network_ = nullptr;
  Card card_;
  mutable BatchSizes batch_sizes_;
};

}  // namespace hyb
