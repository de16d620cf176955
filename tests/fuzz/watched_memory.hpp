// SPDX-License-Identifier: BSD-3-Clause
// The memory that the engine works in, with canaries behind it. For one file of a program; a
// sanitizer watches by itself.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "sanitizers.hpp"

class WatchedMemory {
 public:
  static constexpr size_t zone = 4096;

  // Of what is allocated while there is one.
  WatchedMemory() { in_use = this; }
  ~WatchedMemory() { in_use = nullptr; }
  WatchedMemory(const WatchedMemory &) = delete;
  WatchedMemory &operator=(const WatchedMemory &) = delete;

  static void begin(char *end) {
    std::memset(end, canary, zone);
    if (in_use) in_use->ends_.push_back(end);
  }
  // While the memory is still there.
  bool kept() const {
    return std::all_of(ends_.begin(), ends_.end(), [](const char *end) {
      return std::all_of(end, end + zone, [](char byte) { return byte == canary; });
    });
  }
  size_t count() const { return ends_.size(); }

 private:
  static constexpr char canary = 0x5c;
  inline static WatchedMemory *in_use = nullptr;
  std::vector<const char *> ends_;
};

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// In front of that of the C library.
extern "C" {
void *__libc_memalign(size_t, size_t);
void *aligned_alloc(size_t to, size_t n) noexcept {
  char *const memory = static_cast<char *>(__libc_memalign(to, n + WatchedMemory::zone));
  if (memory) WatchedMemory::begin(memory + n);
  return memory;
}
}
#endif
