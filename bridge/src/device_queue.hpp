// SPDX-License-Identifier: BSD-3-Clause
// Inference through batches in flight: whoever finds the device with room takes everything that
// waits as one batch and submits it; what arrives while the device is busy goes together. There is
// no thread or timer of its own: those who wait for results do what is to be done meanwhile.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

#include "batch.hpp"
#include "queue.hpp"

namespace hyb {

class DeviceQueue : public Queue, public Pending {
 public:
  explicit DeviceQueue(const Emulator &emulator);

  // Waits where a tile's worth of samples waits already, so that the host does not run away.
  void add(Block &block) override;
  void finish(Block &block) override;
  void forget(Block &block) override;

 private:
  // A batch on its way: filled, on the device, or being waited for by a thread.
  struct Flight {
    enum class State { free, filling, flying, waited } state = State::free;
    std::vector<Block *> blocks;
    int64_t begin = 0, nsample = 0;  // of a block that goes alone: which part of it
    Batch *batch = nullptr;          // of blocks that go together,
    Buffer x;                        // and their inputs
    void *handle = nullptr;
    std::optional<Error> failure;
    int64_t number = 0;              // the oldest has the least
  };
  using Lock = std::unique_lock<std::mutex>;

  Flight *find(Flight::State state, const Block *of);
  void launch(Lock &lock);
  void fill(Flight &flight);
  void fill_alone(Flight &flight, Block &block);
  void send(Flight &flight);
  void send_alone(Flight &flight);
  void send_together(Flight &flight);
  void await(Lock &lock, const Block *block);
  void land(Flight &flight);
  void land_failed(Flight &flight);
  void settle(Block &block);
  void drop(Block &block);

  const Emulator &emulator_;
  BatchPool pool_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Block *> waiting_;  // in the order of submission
  int64_t waiting_nsample_ = 0;
  size_t pending_ = 0;            // blocks that wait or fly
  std::vector<Flight> flights_;
  int64_t launched_ = 0;
};

}  // namespace hyb
