// SPDX-License-Identifier: BSD-3-Clause
#include "staging.hpp"

#include <ATen/core/CachingHostAllocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/DeviceGuard.h>

namespace hybrid_torch {
namespace {

// Pinned memory makes a context on the current device: here that must be the network's, not the
// first of the node for all its processes.
c10::DataPtr allocated(c10::Device device, size_t bytes) {
  const c10::DeviceGuard guard(device);
  if (device.is_cpu()) return c10::GetCPUAllocator()->allocate(bytes);
  return at::getHostAllocator(device.type())->allocate(bytes);
}

}  // namespace

void *Staging::reserve(size_t bytes) try {
  c10::DataPtr block = allocated(device_, bytes);
  void *const memory = block.get();
  const std::lock_guard<std::mutex> lock(mutex_);
  blocks_.emplace(memory, std::move(block));
  return memory;
} catch (const std::exception &) {
  return nullptr;
}

void Staging::release(void *memory) {
  c10::DataPtr block;
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto place = blocks_.find(memory);
  if (place == blocks_.end()) return;
  block = std::move(place->second);
  blocks_.erase(place);
}

}  // namespace hybrid_torch
