// SPDX-License-Identifier: BSD-3-Clause
#include "recording.hpp"

#include <cstddef>
#include <new>

#include "error.hpp"

namespace hybrid_netcdf {
namespace {

// Fail-over of a parallel file system takes minutes; beyond that the run matters more.
constexpr int64_t default_patience = 120;

std::string samples_on_disk(int64_t count) {
  return "the first " + std::to_string(count) + " samples are on disk";
}

}  // namespace

std::shared_ptr<Held> Held::take(const hyb_capture &capture) {
  try {
    return std::make_shared<Held>(capture);
  } catch (const std::bad_alloc &) {
    if (capture.release) capture.release(capture.owner);
    throw;
  }
}

std::shared_ptr<Recording> Recording::create(const std::string &path,
                                             const hyb_recording_options &options) {
  auto recording = std::make_shared<Recording>(path);
  recording->worker_.run([&] { recording->open(options); });
  return recording;
}

void Recording::open(const hyb_recording_options &options) {
  buffer_ = options.buffer;
  patience_ = std::chrono::seconds(options.patience > 0 ? options.patience : default_patience);
  worker_.be_patient(patience_);
  try {
    output_.emplace(path_, options, [this] { worker_.advance(); });
  } catch (...) {
    worker_.expect_leftovers();
    throw;
  }
  worker_.attach(shared_from_this());
}

// Before any lock, which a thread of the parent may have held.
void Recording::check_process() const {
  if (worker_.forked())
    refuse("recording '" + path_ + "'", "the process that created the recording",
           "a fork of it");
}

void Recording::append(std::shared_ptr<Held> held) {
  check_process();
  if (const char *date = (**held).date; date && std::strlen(date) > date_length)
    refuse("recording '" + path_ + "': date '" + date + "'",
           "at most " + std::to_string(date_length) + " bytes",
           std::to_string(std::strlen(date)));
  const int64_t bytes = (**held).bytes;
  admit(bytes);
  try {
    worker_.post([self = shared_from_this(), held = std::move(held)]() mutable {
      self->write(std::move(held));
    });
  } catch (...) {
    release(bytes);
    throw;
  }
}

// One capture is always admitted, however large.
void Recording::admit(int64_t bytes) {
  std::unique_lock<std::mutex> lock(mutex_);
  wait(lock, [&] {
    return closed_ || !failure_.empty() || waiting_ == 0 || waiting_ + bytes <= buffer_;
  });
  check_state_locked();
  if (closed_) refuse("recording '" + path_ + "': the process is ending");
  waiting_ += bytes;
}

void Recording::release(int64_t bytes) noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  waiting_ -= bytes;
  changed_.notify_all();
}

void Recording::write(std::shared_ptr<Held> held) noexcept {
  const int64_t bytes = (**held).bytes;
  attempt([&] { output_->add(**held); });
  held = nullptr;
  release(bytes);
}

void Recording::persist() noexcept {
  attempt([&] {
    output_->persist();
    const std::lock_guard<std::mutex> lock(mutex_);
    lasting_ = output_->written();
  });
}

void Recording::end() noexcept {
  attempt([&] { output_->close(); });
  output_.reset();
  const std::lock_guard<std::mutex> lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

// Another thread may have given up waiting meanwhile: then the file is left as it is.
template <class Action>
void Recording::attempt(Action action) noexcept {
  if (!output_) return;
  try {
    check_state();
    action();
  } catch (const std::exception &error) {
    give_up(error.what());
  }
}

void Recording::give_up(const char *reason) noexcept {
  const int64_t written = output_->written();
  const bool torn = output_->torn(), lasting = output_->abandon();
  output_.reset();
  worker_.expect_leftovers();
  fail(reason, torn ? "the file may be damaged" : samples_on_disk(lasting ? written : lasting_));
}

// Only the first failure counts.
void Recording::fail(const std::string &reason, const std::string &rest) noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (failure_.empty()) failure_ = "recording '" + path_ + "': " + reason + "; " + rest;
  changed_.notify_all();
}

void Recording::check_state() {
  check_process();
  const std::lock_guard<std::mutex> lock(mutex_);
  check_state_locked();
}

void Recording::check_state_locked() const {
  if (!failure_.empty()) refuse(failure_);
}

void Recording::flush() {
  check_process();
  std::unique_lock<std::mutex> lock(mutex_);
  check_state_locked();
  const int64_t ticket = ++asked_;
  worker_.post([self = shared_from_this(), ticket] {
    self->persist();
    const std::lock_guard<std::mutex> answer(self->mutex_);
    self->answered_ = ticket;
    self->changed_.notify_all();
  });
  wait(lock, [&] { return answered_ >= ticket; });
  check_state_locked();
}

void Recording::close() {
  check_process();
  std::unique_lock<std::mutex> lock(mutex_);
  if (!closed_) {
    worker_.post([self = shared_from_this()] {
      self->end();
      self->worker_.detach(self.get());
    });
    wait(lock, [&] { return closed_; });
  }
  check_state_locked();
}

template <class Ready>
void Recording::wait(std::unique_lock<std::mutex> &lock, Ready ready) {
  const auto over = [&] { return stalled_ || ready(); };
  if (wait_patiently(changed_, lock, patience_, worker_, over)) return;
  stalled_ = true;
  const std::string rest = samples_on_disk(lasting_);
  lock.unlock();
  fail("the file system has not answered for " + std::to_string(patience_.count()) + " s", rest);
  lock.lock();
}

}  // namespace hybrid_netcdf
