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
#include "guards/matrix_guards.hpp"
#include "pack.hpp"

namespace hyb {

class Batch;

// Where a block waits for its inference.
class Pending {};

class Block {
 public:
  using Time = std::chrono::steady_clock::duration;

  void open(const Emulator &emulator, bool flip, int64_t ncol);

  // The memory of its inputs, which those of the next block may lie in once they went into a batch:
  // it is in the cache then.
  bool has_memory() const { return x_.data() != nullptr; }
  Buffer give_memory() { return std::move(x_); }
  void take_memory(Buffer memory) { x_ = std::move(memory); }

  // Packs an input; returns how many of its values are not finite in the network's kind.
  int64_t put(const CardField &field, const HostArray &array);

  // Where an input lies that the library fills, after the last put.
  Rows input(const CardField &field);

  // After the last input.
  void complete();

  // Where an output lies, levels in the host's order. Fails if a box emulator ran on other levels.
  Rows output(const Field &field) const;
  Rows output(const CardField &field) const;
  FieldShape shape(const CardField &output) const;
  void check_levels(const Field &field) const;

  // Where its samples lie. Inputs: after `complete` and before it is submitted.
  NetworkMatrix input_matrix() const;
  NetworkMatrix output_matrix() const;

  int64_t nsample() const { return nsample_; }

  // Leaves no room in a tile for another of its size.
  bool goes_alone() const;

  // Why its inference failed, if it did; valid once it is not pending any more.
  const std::optional<Error> &failure() const { return failure_; }
  Time time() const { return time_; }

  // ---- For the queue, which infers it

  std::atomic<Pending *> pending{nullptr};  // null: it does not wait (any more)

  // Infers it in its own matrices.
  void run();

  // Its matrices where it is inferred alone: outputs get their memory, inputs are padded.
  void open_alone();
  const char *inputs(int64_t sample) const;
  char *outputs(int64_t sample) const;

  void fail(const Error &error) { failure_ = error; }
  void add_time(Time time) { time_ += time; }

  // Of a device's queue, under its mutex.
  int64_t begun = 0;   // samples that were taken out of the queue
  int64_t flying = 0;  // batches that it has a part in
  bool alone = false;  // not to share a batch (any more)

  // Copies its inputs into the columns `begin` and on of a matrix of several blocks, which are
  // filled from the first one on.
  void gather(void *matrix, int64_t ld, int64_t begin) const;

  // Its outputs lie in a batch, which it holds on to until `release`.
  void take(Batch &batch, int64_t begin);
  void release();

 private:
  void set_levels(int64_t nlevel);
  Rows rows(void *matrix, const Tiles &tiles, const CardField &field) const;
  Rows input_rows(const CardField &field) const;
  Rows column_rows(const CardField &field) const;
  // What fills a good part of a tile is not copied on its way to a device: it lies in the device's
  // memory from the start.
  Buffer &in() { return memory_ ? device_x_ : x_; }
  Buffer &out() { return memory_ ? device_y_ : y_; }
  const Buffer &in() const { return memory_ ? device_x_ : x_; }
  const Buffer &out() const { return memory_ ? device_y_ : y_; }

  const Emulator *emulator_ = nullptr;
  bool flip_ = false;
  int64_t ncol_ = 0;
  int64_t nlevel_ = 0;   // of a box emulator: levels of this call, 0 until one is seen
  int64_t nsample_ = 0;
  Buffer x_, y_, device_x_, device_y_;
  Memory *memory_ = nullptr;  // the device's, or null
  Buffer columns_;  // box emulators: fields without levels, until the number of levels is known
  Batch *batch_ = nullptr;  // where its outputs are, if not in y_
  int64_t begin_ = 0;       // its first sample there
  std::optional<Error> failure_;
  Time time_{};  // of its inference
};

}  // namespace hyb
