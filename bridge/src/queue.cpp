// SPDX-License-Identifier: BSD-3-Clause
#include "queue.hpp"

#include <algorithm>
#include <chrono>

#include "pack.hpp"

namespace hyb {
namespace {

using Clock = std::chrono::steady_clock;

// Holds a batch while it is filled.
struct Held {
  Batch &batch;
  ~Held() { batch.let_go(); }
};

// Of one block among several that took `time` together.
Block::Time share(Block::Time time, int64_t part, int64_t whole) {
  return time * part / whole;  // integers: no flag of the floating-point unit is raised
}

}  // namespace

void Queue::add(Block &block) {
  const int64_t n = block.nsample();
  if (n == 0) return;
  if (2 * n > emulator_.tile()) return block.run();
  PendingList &list = lists_[thread_place()];
  const std::lock_guard<std::mutex> lock(list.mutex);
  if (list.nsample + n > emulator_.tile()) run(list);
  list.blocks.push_back(&block);
  list.nsample += n;
  block.pending.store(&list, std::memory_order_release);
  if (list.nsample + n > emulator_.tile()) run(list);
}

void Queue::finish(Block &block) {
  PendingList *list = block.pending.load(std::memory_order_acquire);
  if (!list) return;
  const std::lock_guard<std::mutex> lock(list->mutex);
  if (block.pending.load(std::memory_order_relaxed)) run(*list);
}

void Queue::forget(Block &block) {
  if (PendingList *list = block.pending.load(std::memory_order_acquire)) {
    const std::lock_guard<std::mutex> lock(list->mutex);
    if (block.pending.exchange(nullptr, std::memory_order_relaxed)) {
      list->blocks.erase(std::find(list->blocks.begin(), list->blocks.end(), &block));
      list->nsample -= block.nsample();
    }
  }
  block.release();
}

// A batch that fails is tried again block by block: a bad block spoils no other, and smaller batches
// may fit where a large one did not.
void Queue::run(PendingList &list) {
  bool done = false;
  if (list.blocks.size() > 1) {
    try {
      run_together(list);
      done = true;
    } catch (...) {
    }
  }
  for (Block *block : list.blocks) {
    if (!done) block->run();
    block->pending.store(nullptr, std::memory_order_release);
  }
  list.blocks.clear();
  list.nsample = 0;
}

void Queue::run_together(PendingList &list) {
  const Clock::time_point start = Clock::now();
  const Held held{pool_.take()};
  held.batch.open(emulator_, list.nsample);
  gather(list, emulator_.tiles(emulator_.card().nfeature, list.nsample));
  emulator_.run(list.x.data(), held.batch.outputs(), list.nsample);
  const Block::Time time = Clock::now() - start;
  int64_t begin = 0;
  for (Block *block : list.blocks) {
    block->take(held.batch, begin, share(time, block->nsample(), list.nsample));
    begin += block->nsample();
  }
}

void Queue::gather(PendingList &list, const Tiles &tiles) {
  const int32_t kind = emulator_.card().kind;
  void *x = list.x.reserve(tiles.nrow * emulator_.tile() * size_of_kind(kind));
  int64_t begin = 0;
  for (const Block *block : list.blocks) {
    block->gather(x, tiles.last, begin);
    begin += block->nsample();
  }
  pad(x, kind, tiles, list.nsample);
}

}  // namespace hyb
