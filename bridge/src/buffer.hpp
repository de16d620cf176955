// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>

namespace hyb {

// Where memory comes from that a device reads and writes without a copy on the way.
class Memory {
 public:
  virtual ~Memory() = default;
  virtual void *reserve(size_t bytes) = 0;  // null if there is none left
  virtual void release(void *memory) noexcept = 0;
};

// Memory aligned to a cache line that only grows, so that a call of a shape seen before allocates
// nothing. Its contents are not kept when it grows.
class Buffer {
 public:
  static constexpr size_t alignment = 64;

  Buffer() = default;
  ~Buffer() { free(); }
  Buffer(Buffer &&other) noexcept { swap(other); }
  Buffer &operator=(Buffer &&other) noexcept {
    swap(other);
    return *this;
  }
  Buffer(const Buffer &) = delete;
  Buffer &operator=(const Buffer &) = delete;

  // From `source`, which outlives the buffer; null: ordinary memory.
  void *reserve(int64_t bytes, Memory *source = nullptr) {
    const size_t wanted = (static_cast<size_t>(bytes) + alignment - 1) / alignment * alignment;
    if (wanted > capacity_ || source != source_) {
      free();
      source_ = source;
      data_ = source ? source->reserve(wanted) : std::aligned_alloc(alignment, wanted);
      if (!data_ && wanted > 0) throw std::bad_alloc();
      capacity_ = wanted;
    }
    return data_;
  }

  void *data() const { return data_; }
  int64_t capacity() const { return static_cast<int64_t>(capacity_); }

 private:
  void free() noexcept {
    if (source_ && data_)
      source_->release(data_);
    else
      std::free(data_);
    data_ = nullptr;
    capacity_ = 0;
  }
  void swap(Buffer &other) noexcept {
    std::swap(data_, other.data_);
    std::swap(capacity_, other.capacity_);
    std::swap(source_, other.source_);
  }

  void *data_ = nullptr;
  size_t capacity_ = 0;
  Memory *source_ = nullptr;
};

}  // namespace hyb
