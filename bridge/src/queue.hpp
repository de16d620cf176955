// SPDX-License-Identifier: BSD-3-Clause
// Blocks that were submitted and whose inference is due at the latest when somebody asks for their
// results. Those that a thread submits before it asks go together.
#pragma once

#include <array>
#include <mutex>
#include <vector>

#include "batch.hpp"
#include "block.hpp"
#include "thread_place.hpp"

namespace hyb {

// What one thread (or several that share a place) submitted. Whoever infers it, on whatever thread,
// holds the mutex meanwhile, and nothing else: nobody waits for anything that may not come.
struct alignas(64) PendingList {
  std::mutex mutex;
  std::vector<Block *> blocks;
  int64_t nsample = 0;
  Buffer x;  // of a batch while it is inferred
};

class Queue {
 public:
  explicit Queue(const Emulator &emulator) : emulator_(emulator) {}

  // Submits a complete block. One that leaves no room for another of its size is inferred at once,
  // and so is a list that has no more room.
  void add(Block &block);

  // Infers what is pending together with the block, unless that is done.
  void finish(Block &block);

  // Forgets a block that is pending, and lets go of its results.
  void forget(Block &block);

 private:
  void run(PendingList &list);
  void run_together(PendingList &list);
  void gather(PendingList &list, const Tiles &tiles);

  const Emulator &emulator_;
  BatchPool pool_;
  std::array<PendingList, thread_places> lists_;
};

}  // namespace hyb
