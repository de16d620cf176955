// SPDX-License-Identifier: BSD-3-Clause
// Batches on their way through a device: host to device, the network, device to host. Each has a
// lane of its own, so that transfers of one overlap with the computation of another.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>

#include "hybrid_plugin.h"
#include "lane.hpp"

namespace hybrid_torch {

class Pipeline {
 public:
  // Given to the device in a lane; may come back before it is done.
  using Work = std::function<void(const hyb_matrices &)>;

  static constexpr int in_flight = 3;  // one on each way, and one in the network

  Pipeline(c10::Device device, Work work);
  ~Pipeline();  // waits for what was submitted

  class Batch;

  // Never waits for the device. Fails with HYB_ERROR_PHASE if in_flight batches are on their way;
  // any other failure is told by wait.
  Batch *submit(const hyb_matrices &matrices);

  // Throws what went wrong with the batch. Takes it.
  void wait(Batch *batch);

  // Both in one, in a lane of its own: any number of threads, one after the other.
  void run(const hyb_matrices &matrices);

 private:
  Batch *take();
  void start(Batch &batch, const hyb_matrices &matrices);

  const Work work_;
  std::deque<Batch> batches_;  // never moved: their addresses are handed out
  std::mutex mutex_, run_mutex_;
};

class Pipeline::Batch {
 public:
  explicit Batch(c10::Device device) : lane(device) {}
  Lane lane;
  bool taken = false;
  std::exception_ptr failure;
};

}  // namespace hybrid_torch
