// SPDX-License-Identifier: BSD-3-Clause
// A queue of work on a device, beside others: a stream and the event that ends a batch. On the CPU
// work is done when it is given, and there is nothing to wait for.
#pragma once

#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <optional>

namespace hybrid_torch {

class Lane {
 public:
  explicit Lane(c10::Device device)
      : stream_(device.is_cpu() ? std::nullopt : std::optional(new_stream(device))) {
    if (stream_) end_.emplace(device.type());
  }

  // What is given to the device on this thread goes into this lane while it lives.
  c10::OptionalStreamGuard enter() const { return c10::OptionalStreamGuard(stream_); }

  void mark_end() {
    if (stream_) end_->record(*stream_);
  }
  void wait_for_end() const {
    if (stream_) end_->synchronize();
  }
  // Waits for all that was given to it, marked or not.
  void drain() const {
    if (stream_) stream_->synchronize();
  }

 private:
  static c10::Stream new_stream(c10::Device device) {
    return c10::impl::VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device);
  }

  const std::optional<c10::Stream> stream_;
  std::optional<c10::Event> end_;
};

}  // namespace hybrid_torch
