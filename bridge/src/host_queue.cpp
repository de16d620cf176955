// SPDX-License-Identifier: BSD-3-Clause
#include "host_queue.hpp"

#include <algorithm>
#include <chrono>

namespace hyb {
namespace {

using Clock = std::chrono::steady_clock;

PendingList *list_of(const Block &block) {
  return static_cast<PendingList *>(block.pending.load(std::memory_order_acquire));
}

// Of one block among several that took `time` together.
Block::Time share(Block::Time time, int64_t part, int64_t whole) {
  return time * part / whole;  // integers: no flag of the floating-point unit is raised
}

}  // namespace

void HostQueue::prepare(Block &block) {
  if (block.has_memory()) return;
  PendingList &list = lists_[thread_place()];
  const std::lock_guard<std::mutex> lock(list.mutex);
  if (list.spare.empty()) return;
  block.take_memory(std::move(list.spare.back()));
  list.spare.pop_back();
}

void HostQueue::add(Block &block) {
  const int64_t n = block.nsample();
  if (n == 0) return;
  if (block.goes_alone()) return block.run();
  PendingList &list = lists_[thread_place()];
  const std::lock_guard<std::mutex> lock(list.mutex);
  if (list.nsample + n > emulator_.tile()) run(list);
  list.blocks.push_back(&block);
  list.nsample += n;
  block.pending.store(&list, std::memory_order_release);
  if (list.nsample + n > emulator_.tile()) run(list);
}

void HostQueue::finish(Block &block) {
  PendingList *list = list_of(block);
  if (!list) return;
  const std::lock_guard<std::mutex> lock(list->mutex);
  if (block.pending.load(std::memory_order_relaxed)) run(*list);
}

void HostQueue::forget(Block &block) {
  if (PendingList *list = list_of(block)) {
    const std::lock_guard<std::mutex> lock(list->mutex);
    if (block.pending.exchange(nullptr, std::memory_order_relaxed)) {
      list->blocks.erase(std::find(list->blocks.begin(), list->blocks.end(), &block));
      list->nsample -= block.nsample();
    }
  }
  block.release();
}

// A batch that fails is tried again block by block: a bad block spoils no other, and smaller
// batches may fit where a large one did not.
void HostQueue::run(PendingList &list) {
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

void HostQueue::run_together(PendingList &list) {
  const Clock::time_point start = Clock::now();
  const HeldBatch held{pool_.take()};
  held.batch.open(emulator_, list.blocks, list.x);
  list.spare.reserve(list.spare.size() + list.blocks.size());
  emulator_.run(list.x.data(), held.batch.outputs(), list.nsample);
  held.batch.hand_out(list.blocks);
  const Block::Time time = Clock::now() - start;
  // As much as the largest batch: where blocks are opened on another thread, nobody takes it here.
  list.most_blocks = std::max(list.most_blocks, list.blocks.size());
  for (Block *block : list.blocks) {
    Buffer memory = block->give_memory();
    if (list.spare.size() < list.most_blocks) list.spare.push_back(std::move(memory));
    block->add_time(share(time, block->nsample(), list.nsample));
  }
}

}  // namespace hyb
