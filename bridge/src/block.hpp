// SPDX-License-Identifier: BSD-3-Clause
// The two matrices of one block: what the network reads and what it returns.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

#include "buffer.hpp"
#include "emulator.hpp"
#include "error.hpp"
#include "fields.hpp"
#include "pack.hpp"

namespace hyb {

class Batch;
struct PendingList;

class Block {
 public:
  using Time = std::chrono::steady_clock::duration;

  void open(const Emulator &emulator, bool flip, int64_t ncol);

  // Packs an input; returns how many of its values are not finite in the network's kind.
  int64_t put(const CardField &field, const HostArray &array);

  // After the last input.
  void complete();

  // Where an output lies, levels in the host's order. Fails if a box emulator ran on other levels.
  Rows output(const Field &field) const;

  int64_t nsample() const { return nsample_; }

  // Why its inference failed, if it did; valid once it is not pending any more.
  const std::optional<Error> &failure() const { return failure_; }
  Time time() const { return time_; }

  // ---- For the queue, which infers it

  std::atomic<PendingList *> pending{nullptr};  // where it waits; null: it does not (any more)

  // Infers it in its own matrices.
  void run();

  // Copies its inputs into the columns `begin` and on of a matrix of several blocks, which are
  // filled from the first one on.
  void gather(void *matrix, int64_t ld, int64_t begin) const;

  // Its outputs lie in a batch, which it holds on to until `release`.
  void take(Batch &batch, int64_t begin, Time time);
  void release();

 private:
  void set_levels(int64_t nlevel);
  Rows rows(void *matrix, const Tiles &tiles, const CardField &field) const;
  Rows input_rows(const CardField &field) const;
  Rows column_rows(const CardField &field) const;
  void infer();

  const Emulator *emulator_ = nullptr;
  bool flip_ = false;
  int64_t ncol_ = 0;
  int64_t nlevel_ = 0;   // of a box emulator: levels of this call, 0 until one is seen
  int64_t nsample_ = 0;
  Buffer x_, y_;
  Buffer columns_;  // box emulators: fields without levels, until the number of levels is known
  Batch *batch_ = nullptr;  // where its outputs are, if not in y_
  int64_t begin_ = 0;       // its first sample there
  std::optional<Error> failure_;
  Time time_{};  // of its inference
};

}  // namespace hyb
