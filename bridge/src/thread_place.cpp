// SPDX-License-Identifier: BSD-3-Clause
#include "thread_place.hpp"

#include <atomic>
#include <cstdint>

namespace hyb {
namespace {

constexpr size_t bits = 64;
std::atomic<uint64_t> taken[thread_places / bits];

// A place of its own for as long as the thread lives; where all are taken, one that it shares.
class Place {
 public:
  Place() noexcept {
    for (size_t word = 0; word < thread_places / bits && !own_; ++word) take_from(word);
  }
  ~Place() {
    if (own_) taken[number_ / bits].fetch_and(~mask(number_), std::memory_order_release);
  }
  size_t number() const noexcept { return number_; }

 private:
  static uint64_t mask(size_t number) noexcept { return uint64_t{1} << number % bits; }

  void take_from(size_t word) noexcept {
    uint64_t before = taken[word].load(std::memory_order_relaxed);
    while (~before != 0 && !own_) {
      const auto free = static_cast<size_t>(__builtin_ctzll(~before));
      number_ = word * bits + free;
      own_ = taken[word].compare_exchange_weak(before, before | mask(number_),
                                               std::memory_order_acquire);
    }
    if (!own_) number_ = shared_number();
  }

  static size_t shared_number() noexcept {
    static std::atomic<size_t> threads{0};
    return threads.fetch_add(1, std::memory_order_relaxed) % thread_places;
  }

  size_t number_ = 0;
  bool own_ = false;
};

}  // namespace

size_t thread_place() noexcept {
  thread_local const Place place;
  return place.number();
}

}  // namespace hyb
