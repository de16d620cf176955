// SPDX-License-Identifier: BSD-3-Clause
// Memory of the host that a device reads and writes by itself.
#pragma once

#include <c10/core/Allocator.h>
#include <c10/core/Device.h>

#include <mutex>
#include <unordered_map>

namespace hybrid_torch {

class Staging {
 public:
  explicit Staging(c10::Device device) : device_(device) {}

  // 64-byte aligned; null if there is none left. Any number of threads at once.
  void *reserve(size_t bytes);
  void release(void *memory);

 private:
  const c10::Device device_;
  std::mutex mutex_;
  std::unordered_map<void *, c10::DataPtr> blocks_;
};

}  // namespace hybrid_torch
