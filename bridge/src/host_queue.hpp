// SPDX-License-Identifier: BSD-3-Clause
// Inference on the threads of the host: the blocks that a thread submits before it asks for results
// go together.
#pragma once

#include <array>
#include <mutex>
#include <vector>

#include "batch.hpp"
#include "queue.hpp"
#include "thread_place.hpp"

namespace hyb {

// What one thread (or several that share a place) submitted. Whoever infers it, on whatever thread,
// holds the mutex meanwhile, and nothing else: nobody waits for anything that may not come.
struct alignas(64) PendingList : Pending {
  std::mutex mutex;
  std::vector<Block *> blocks;
  int64_t nsample = 0;
  Buffer x;  // of a batch while it is inferred
  std::vector<Buffer> spare;  // memory of blocks that went into a batch
  size_t most_blocks = 0;     // of a batch so far
};

class HostQueue : public Queue {
 public:
  explicit HostQueue(const Emulator &emulator) : emulator_(emulator) {}

  void prepare(Block &block) override;

  // One that goes alone is inferred at once, and so is a list that has no more room.
  void add(Block &block) override;
  void finish(Block &block) override;
  void forget(Block &block) override;

 private:
  void run(PendingList &list);
  void run_together(PendingList &list);

  const Emulator &emulator_;
  BatchPool pool_;
  std::array<PendingList, thread_places> lists_;
};

}  // namespace hyb
