// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <chrono>

namespace hyb {

// Adds the time of its own life.
class Timed {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Timed(Clock::duration &time) : time_(time) {}
  ~Timed() { time_ += Clock::now() - start_; }
  Timed(const Timed &) = delete;
  Timed &operator=(const Timed &) = delete;

 private:
  Clock::duration &time_;
  const Clock::time_point start_ = Clock::now();
};

}  // namespace hyb
