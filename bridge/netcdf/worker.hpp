// SPDX-License-Identifier: BSD-3-Clause
// The one thread on which everything that touches netCDF happens.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace hybrid_netcdf {

using Clock = std::chrono::steady_clock;

// What has to be looked after while it is open.
class Client {
 public:
  virtual ~Client() = default;
  virtual void tick() noexcept = 0;    // every few seconds
  virtual void finish() noexcept = 0;  // the process ends
};

// Neither netCDF nor HDF5 allows two threads at a time, whichever files they work on, and HDF5
// keeps its error stack (and whether it prints) per thread. Hence one thread for all files of the
// process, and a singleton: it is the process-wide lock of a process-wide library.
class Worker {
 public:
  // Started at the first use; never destroyed, so that it outlives whoever calls it at exit.
  static Worker &instance();

  // A child of fork has no such thread: whatever would wait for it is refused there.
  bool forked() const { return getpid() != process_; }

  // Runs a job later. Jobs run in the order of posting and do not throw.
  void post(std::function<void()> job);

  // Runs a job and waits for it; what it throws is thrown here as a Failure.
  void run(const std::function<void()> &job);

  // Finishes all jobs and clients and ends the thread; later jobs are refused. Gives up after
  // `patience` without progress, for then the file system hangs.
  void end() noexcept;

  // Both are called by jobs only.
  void attach(std::shared_ptr<Client> client);
  void detach(const Client *client);

  // A number that grows while work gets done.
  uint64_t progress() const { return progress_.load(); }
  void advance() { ++progress_; }

  // A write may have failed inside HDF5.
  void expect_leftovers() { leftovers_ = true; }

  void be_patient(std::chrono::seconds patience);

  // Around a fork no job runs, so that HDF5 is in good order in the child, which ends it at exit.
  void before_fork() noexcept;
  void after_fork() noexcept { mutex_.unlock(); }

 private:
  Worker();
  void loop() noexcept;
  void work() noexcept;
  std::function<void()> next();
  void tick() noexcept;

  const pid_t process_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  std::vector<std::shared_ptr<Client>> clients_;  // touched on the thread only
  std::chrono::seconds patience_{0};
  std::atomic<uint64_t> progress_{0};
  std::atomic<bool> leftovers_{false};
  bool ending_ = false, ended_ = false, working_ = false;
  std::thread thread_;
};

// Waits until ready(); false if `patience` passes without progress of the worker.
template <class Ready>
bool wait_patiently(std::condition_variable &changed, std::unique_lock<std::mutex> &lock,
                    std::chrono::seconds patience, const Worker &worker, Ready ready) {
  uint64_t seen = worker.progress();
  while (!changed.wait_until(lock, Clock::now() + patience, ready)) {
    if (worker.progress() == seen) return false;
    seen = worker.progress();
  }
  return true;
}

}  // namespace hybrid_netcdf
