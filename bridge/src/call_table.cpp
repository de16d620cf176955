// SPDX-License-Identifier: BSD-3-Clause
#include "call_table.hpp"

#include <new>

#include "error.hpp"

namespace hyb {

CallTable &CallTable::instance() {
  static CallTable *table = new CallTable;  // never destroyed: hosts call while exiting
  return *table;
}

Call &CallTable::acquire(Scheme &scheme) {
  const std::lock_guard<std::mutex> lock(mutex_);
  int64_t number;
  if (free_.empty()) {
    number = count_.load(std::memory_order_relaxed);
    if (number == slots)
      mismatch(HYB_ERROR_MEMORY, "open calls of the process",
               "at most " + std::to_string(slots), "one more");
    std::atomic<Call **> &block = chunks_[static_cast<size_t>(number / chunk)];
    if (!block.load(std::memory_order_relaxed)) block.store(new Call *[chunk]());
    block.load(std::memory_order_relaxed)[number % chunk] = new Call(number);
    count_.store(number + 1, std::memory_order_release);
  } else {
    number = free_.back();
    free_.pop_back();
  }
  Call &call = *slot(number);
  call.scheme = &scheme;
  return call;
}

// The call is made anew in its place: same address, empty buffers, later generation.
void CallTable::release(Call &call) {
  const int64_t number = call.slot, generation = call.generation;
  call.token.store(0, std::memory_order_release);
  call.~Call();
  Call *fresh = new (&call) Call(number);
  fresh->generation = generation;
  const std::lock_guard<std::mutex> lock(mutex_);
  free_.push_back(number);
}

Call *CallTable::slot(int64_t number) const {
  if (number >= count_.load(std::memory_order_acquire)) return nullptr;
  return chunks_[static_cast<size_t>(number / chunk)].load(std::memory_order_acquire)[number %
                                                                                      chunk];
}

// Generations begin far from what uninitialised memory tends to hold.
int64_t CallTable::new_token(Call &call) {
  constexpr int64_t start = 0x5ca1ab1e;
  return (start + ++call.generation) * slots + call.slot;
}

namespace {

void check_token(const Call *call, int64_t token) {
  if (!call || call->token.load(std::memory_order_acquire) != token)
    mismatch(HYB_ERROR_PHASE, "call", "an open one",
             "one that was never opened, was closed already, or was discarded by step");
}

}  // namespace

CallInUse::CallInUse(const hyb_call *handle) {
  if (!handle) mismatch(HYB_ERROR_ARGUMENT, "call", "an address", "null");
  const int64_t token = handle->token;
  call_ = token > 0 ? CallTable::instance().slot(CallTable::slot_of(token)) : nullptr;
  check_token(call_, token);
  if (call_->busy.exchange(true, std::memory_order_acquire))
    mismatch(HYB_ERROR_PHASE, "call", "one thread at a time", "two that use it at once");
  try {
    check_token(call_, token);  // another thread may have closed it in between
  } catch (...) {
    call_->busy.store(false, std::memory_order_release);
    throw;
  }
}

}  // namespace hyb
