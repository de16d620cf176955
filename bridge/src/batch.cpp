// SPDX-License-Identifier: BSD-3-Clause
#include "batch.hpp"

#include "axes.hpp"

namespace hyb {

void Batch::open(const Emulator &emulator, int64_t nsample) {
  const Card &card = emulator.card();
  tiles_ = emulator.tiles(card.noutput, nsample);
  // Of a full tile: the next batch in this memory may be one.
  y_.reserve(card.noutput * emulator.tile() * size_of_kind(card.kind));
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
