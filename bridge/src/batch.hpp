// SPDX-License-Identifier: BSD-3-Clause
// Blocks of several calls executed together: the matrix of their outputs, which lives until the
// last of them is closed.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "buffer.hpp"
#include "emulator.hpp"

namespace hyb {

class BatchPool;

class Batch {
 public:
  explicit Batch(BatchPool &pool) : pool_(pool) {}

  void open(const Emulator &emulator, int64_t nsample);
  void *outputs() const { return y_.data(); }
  const Tiles &tiles() const { return tiles_; }

  void hold() { users_.fetch_add(1, std::memory_order_relaxed); }
  void let_go();

 private:
  BatchPool &pool_;
  Buffer y_;
  Tiles tiles_;
  std::atomic<int64_t> users_{0};
};

// Batches that were used before, so that their memory is used again.
class BatchPool {
 public:
  // With one user.
  Batch &take();
  void give_back(Batch &batch);

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Batch>> all_;
  std::vector<Batch *> free_;
};

}  // namespace hyb
