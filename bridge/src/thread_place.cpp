// SPDX-License-Identifier: BSD-3-Clause
#include "thread_place.hpp"

#include <atomic>

namespace hyb {

size_t thread_place() noexcept {
  static std::atomic<size_t> threads{0};
  thread_local const size_t place = threads.fetch_add(1, std::memory_order_relaxed) % thread_places;
  return place;
}

}  // namespace hyb
