// SPDX-License-Identifier: BSD-3-Clause
// From a plain value to a call. A hyb_call may be copied, left uninitialised by OpenMP's private,
// or outlive its scheme, so it holds no pointer: a slot of this table and a generation, compared
// before anything is touched. Slots are never freed.
#pragma once

#include <array>
#include <atomic>
#include <mutex>
#include <vector>

#include "call.hpp"
#include "hybrid.h"

namespace hyb {

class CallTable {
 public:
  static CallTable &instance();

  Call &acquire(Scheme &scheme);
  void release(Call &call);  // its tokens become stale, its buffers are freed

  // The call of a slot, or null.
  Call *slot(int64_t number) const;

  static int64_t new_token(Call &call);
  static int64_t slot_of(int64_t token) { return token & (slots - 1); }

 private:
  static constexpr int64_t slots = 1 << 20, chunk = 1024;

  std::mutex mutex_;
  std::atomic<int64_t> count_{0};
  std::array<std::atomic<Call **>, slots / chunk> chunks_{};
  std::vector<int64_t> free_;
};

// Holds a call for the time of one entry; a token that is stale, or in use on another thread, is
// HYB_ERROR_PHASE.
class CallInUse {
 public:
  explicit CallInUse(const hyb_call *call);
  ~CallInUse() { call_->busy.store(false, std::memory_order_release); }
  CallInUse(const CallInUse &) = delete;
  CallInUse &operator=(const CallInUse &) = delete;

  Call *get() const { return call_; }
  Call *operator->() const { return call_; }

 private:
  Call *call_;
};

}  // namespace hyb
