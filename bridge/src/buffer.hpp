// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>

namespace hyb {

// Memory aligned to a cache line that only grows, so that a call of a shape seen before allocates
// nothing. Its contents are not kept when it grows.
class Buffer {
 public:
  static constexpr size_t alignment = 64;

  Buffer() = default;
  ~Buffer() { std::free(data_); }
  Buffer(Buffer &&other) noexcept : data_(other.data_), capacity_(other.capacity_) {
    other.data_ = nullptr;
    other.capacity_ = 0;
  }
  Buffer &operator=(Buffer &&other) noexcept {
    std::swap(data_, other.data_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }
  Buffer(const Buffer &) = delete;
  Buffer &operator=(const Buffer &) = delete;

  void *reserve(int64_t bytes) {
    const size_t wanted = (static_cast<size_t>(bytes) + alignment - 1) / alignment * alignment;
    if (wanted > capacity_) {
      std::free(data_);
      capacity_ = 0;
      data_ = std::aligned_alloc(alignment, wanted);
      if (!data_) throw std::bad_alloc();
      capacity_ = wanted;
    }
    return data_;
  }

  void *data() const { return data_; }
  int64_t capacity() const { return static_cast<int64_t>(capacity_); }

 private:
  void *data_ = nullptr;
  size_t capacity_ = 0;
};

}  // namespace hyb
