// SPDX-License-Identifier: BSD-3-Clause
// The two-loop form of the little host: submit all blocks, then finish them; and what the plug-in
// and the statistics counted meanwhile.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "statistics.hpp"

inline PluginCounts backend_counts() { return plugin_counts("torch"); }

// A call that was put and run.
inline Call submitted(const Scheme &scheme, const Model &model, int64_t first, int64_t n) {
  const Call call(scheme, n, first);
  model.put_all(call, first, n);
  CHECK_OK(call.run());
  return call;
}

inline void finish(const Call &call, Model &model, int64_t first, int64_t n) {
  if (call.native_wanted()) model.run_native(first, n);
  model.get_all(call, first, n);
  CHECK_OK(call.close());
}

inline int32_t status_of_asking(const Call &call, int32_t wanted_then) {
  int32_t wanted = -1;
  const int32_t status = hyb_call_native_wanted(&call.handle, &wanted);
  CHECK_EQ(wanted, wanted_then);
  return status;
}

inline std::vector<Call> submitted_blocks(const Scheme &scheme, const Model &model, int64_t size) {
  std::vector<Call> calls;
  for (int64_t first = 1; first <= model.ncol; first += size)
    calls.push_back(submitted(scheme, model, first, std::min(size, model.ncol - first + 1)));
  return calls;
}

inline void finish_blocks(const std::vector<Call> &calls, Model &model, int64_t size) {
  for (size_t i = 0; i < calls.size(); ++i) {
    const int64_t first = 1 + size * static_cast<int64_t>(i);
    finish(calls[i], model, first, std::min(size, model.ncol - first + 1));
  }
}

// Calls that some threads submit and others finish.
class HandedOver {
 public:
  void give(const Call &call, int64_t first, int64_t n) {
    const std::lock_guard<std::mutex> lock(mutex_);
    calls_.push_back({call, first, n});
    filled_.notify_one();
  }
  // `submit(t)` in three threads, and what they gave finished in two others.
  template <class Submit>
  void run(Model &model, const Submit &submit) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t)
      threads.emplace_back([&, t] {
        submit(t);
        end();
      });
    for (int t = 0; t < 2; ++t) threads.emplace_back([&] { finish_all(model); });
    for (std::thread &thread : threads) thread.join();
  }

 private:
  struct Given {
    Call call;
    int64_t first, n;
  };

  void end() {
    const std::lock_guard<std::mutex> lock(mutex_);
    --submitting_;
    filled_.notify_all();
  }
  void finish_all(Model &model) {
    for (;;) {
      std::unique_lock<std::mutex> lock(mutex_);
      filled_.wait(lock, [&] { return !calls_.empty() || submitting_ == 0; });
      if (calls_.empty()) return;
      const Given given = calls_.front();
      calls_.pop_front();
      lock.unlock();
      finish(given.call, model, given.first, given.n);
    }
  }

  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<Given> calls_;
  int submitting_ = 3;
};
