// SPDX-License-Identifier: BSD-3-Clause
#include "pipeline.hpp"

#include <algorithm>
#include <utility>

#include "failure.hpp"

namespace hybrid_torch {

Pipeline::Pipeline(c10::Device device, Work work) : work_(std::move(work)) {
  for (int i = 0; i < in_flight + 1; ++i) batches_.emplace_back(device);
  batches_.back().taken = true;  // that of run
}

Pipeline::~Pipeline() {
  for (const Batch &batch : batches_) try {
    batch.lane.drain();
  } catch (const std::exception &) {
    // nobody is left to be told
  }
}

Pipeline::Batch *Pipeline::take() {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto free = std::find_if(batches_.begin(), batches_.end(),
                                 [](const Batch &batch) { return !batch.taken; });
  if (free == batches_.end())
    mismatch(HYB_ERROR_PHASE, "batches in flight", "at most " + std::to_string(in_flight),
             "one more");
  free->taken = true;
  return &*free;
}

void Pipeline::start(Batch &batch, const hyb_matrices &matrices) {
  const c10::OptionalStreamGuard inside = batch.lane.enter();
  work_(matrices);
  batch.lane.mark_end();
}

Pipeline::Batch *Pipeline::submit(const hyb_matrices &matrices) {
  Batch *const batch = take();
  try {
    start(*batch, matrices);
  } catch (...) {
    batch->failure = std::current_exception();
  }
  return batch;
}

// After a failure something may still be on its way to the host's memory.
void Pipeline::wait(Batch *batch) {
  const std::exception_ptr failure = std::exchange(batch->failure, nullptr);
  std::exception_ptr later;
  try {
    failure ? batch->lane.drain() : batch->lane.wait_for_end();
  } catch (...) {
    later = std::current_exception();
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    batch->taken = false;
  }
  if (failure) std::rethrow_exception(failure);
  if (later) std::rethrow_exception(later);
}

void Pipeline::run(const hyb_matrices &matrices) {
  const std::lock_guard<std::mutex> lock(run_mutex_);
  Batch &batch = batches_.back();
  try {
    start(batch, matrices);
  } catch (...) {
    batch.lane.drain();
    throw;
  }
  batch.lane.wait_for_end();
}

}  // namespace hybrid_torch
