// SPDX-License-Identifier: BSD-3-Clause
// A recording as the host's threads see it: they append, the worker writes.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "output.hpp"
#include "worker.hpp"

namespace hybrid_netcdf {

// A capture that is released when its last owner lets it go.
class Held {
 public:
  explicit Held(const hyb_capture &capture) : capture_(capture) {}
  ~Held() {
    if (capture_.release) capture_.release(capture_.owner);
  }
  Held(const Held &) = delete;
  Held &operator=(const Held &) = delete;
  const hyb_capture &operator*() const { return capture_; }

  // Releases the capture also if there is no memory for this.
  static std::shared_ptr<Held> take(const hyb_capture &capture);

 private:
  const hyb_capture capture_;
};

// After the first failure nothing is written any more: captures are released, and every function
// reports that failure.
class Recording : public Client, public std::enable_shared_from_this<Recording> {
 public:
  static std::shared_ptr<Recording> create(const std::string &path,
                                           const hyb_recording_options &options);

  void append(std::shared_ptr<Held> held);
  void check_state();
  void flush();
  void close();  // leaves no capture unreleased, even after a failure

  void tick() noexcept override { persist(); }
  void finish() noexcept override { end(); }

  explicit Recording(std::string path) : path_(std::move(path)) {}

 private:
  // On the worker's thread.
  void open(const hyb_recording_options &options);
  void write(std::shared_ptr<Held> held) noexcept;
  void persist() noexcept;
  void end() noexcept;
  template <class Action>
  void attempt(Action action) noexcept;
  void give_up(const char *reason) noexcept;

  // On any thread.
  void check_process() const;
  void admit(int64_t bytes);
  void release(int64_t bytes) noexcept;
  template <class Ready>
  void wait(std::unique_lock<std::mutex> &lock, Ready ready);
  void fail(const std::string &reason, const std::string &rest) noexcept;
  void check_state_locked() const;

  const std::string path_;
  Worker &worker_ = Worker::instance();
  int64_t buffer_ = 0;
  std::chrono::seconds patience_{0};

  std::optional<Output> output_;  // touched on the worker's thread only

  std::mutex mutex_;
  std::condition_variable changed_;  // with the mutex guards what follows
  int64_t waiting_ = 0;              // bytes of captures not yet released
  int64_t lasting_ = 0;              // samples on disk
  int64_t asked_ = 0, answered_ = 0; // flushes
  bool closed_ = false, stalled_ = false;
  std::string failure_;              // empty: none
};

}  // namespace hybrid_netcdf
