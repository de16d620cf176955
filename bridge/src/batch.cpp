// SPDX-License-Identifier: BSD-3-Clause
#include "batch.hpp"

#include "pack.hpp"

namespace hyb {

// Memory is of a full tile: the next batch in it may be one.
void Batch::open(const Emulator &emulator, const std::vector<Block *> &blocks, Buffer &x) {
  const Card &card = emulator.card();
  Memory *source = emulator.in_flight() > 0 ? &emulator.device_memory() : nullptr;
  const int64_t size = emulator.tile() * size_of_kind(card.kind);
  x.reserve(card.nfeature * size, source);
  y_.reserve(card.noutput * size, source);
  int64_t nsample = 0;
  for (const Block *block : blocks) nsample += block->nsample();
  tiles_ = emulator.tiles(card.noutput, nsample);
  int64_t begin = 0;
  for (const Block *block : blocks) {
    block->gather(x.data(), tiles_.last, begin);
    begin += block->nsample();
  }
  pad(x.data(), card.kind, emulator.tiles(card.nfeature, nsample), nsample);
}

void Batch::hand_out(const std::vector<Block *> &blocks) {
  int64_t begin = 0;
  for (Block *block : blocks) {
    block->take(*this, begin);
    begin += block->nsample();
  }
}

void Batch::let_go() {
  if (users_.fetch_sub(1, std::memory_order_acq_rel) == 1) pool_.give_back(*this);
}

Batch &BatchPool::take() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (free_.empty()) {
    free_.reserve(all_.size() + 1);
    all_.push_back(std::make_unique<Batch>(*this));
    free_.push_back(all_.back().get());
  }
  Batch &batch = *free_.back();
  free_.pop_back();
  batch.hold();
  return batch;
}

void BatchPool::give_back(Batch &batch) {
  const std::lock_guard<std::mutex> lock(mutex_);
  free_.push_back(&batch);
}

}  // namespace hyb
