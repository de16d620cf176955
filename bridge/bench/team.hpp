// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace hybrid_bench {

// Threads that share a loop as a host's static schedule does: contiguous pieces. The caller is the
// first of them; the others sleep between loops.
class Team {
 public:
  explicit Team(int threads);
  Team(const Team &) = delete;
  Team &operator=(const Team &) = delete;
  ~Team();

  // Returns when all is done; what was thrown first is thrown again.
  void share(int64_t count, const std::function<void(int64_t)> &work);

 private:
  void live(int64_t index);
  void piece(int64_t index);
  void wake(bool ending);

  std::mutex mutex_;
  std::condition_variable begin_, end_;
  int64_t round_ = 0, working_ = 0, count_ = 0;
  bool ending_ = false;
  const std::function<void(int64_t)> *work_ = nullptr;
  std::exception_ptr failure_;
  std::vector<std::thread> others_;
};

}  // namespace hybrid_bench
