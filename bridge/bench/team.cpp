// SPDX-License-Identifier: BSD-3-Clause
#include "team.hpp"

#include <utility>

namespace hybrid_bench {

Team::Team(int threads) {
  for (int i = 1; i < threads; ++i) others_.emplace_back([this, i] { live(i); });
}

Team::~Team() {
  wake(true);
  for (std::thread &thread : others_) thread.join();
}

void Team::wake(bool ending) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ending_ = ending;
  working_ = static_cast<int64_t>(others_.size());
  ++round_;
  begin_.notify_all();
}

void Team::live(int64_t index) {
  for (int64_t seen = 0;;) {
    std::unique_lock<std::mutex> lock(mutex_);
    begin_.wait(lock, [&] { return round_ != seen; });
    seen = round_;
    if (ending_) return;
    lock.unlock();
    piece(index);
    lock.lock();
    if (--working_ == 0) end_.notify_one();
  }
}

void Team::piece(int64_t index) try {
  const auto size = static_cast<int64_t>(others_.size()) + 1;
  for (int64_t i = count_ * index / size; i < count_ * (index + 1) / size; ++i) (*work_)(i);
} catch (...) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!failure_) failure_ = std::current_exception();
}

void Team::share(int64_t count, const std::function<void(int64_t)> &work) {
  count_ = count;
  work_ = &work;
  wake(false);
  piece(0);
  std::unique_lock<std::mutex> lock(mutex_);
  end_.wait(lock, [this] { return working_ == 0; });
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

}  // namespace hybrid_bench
