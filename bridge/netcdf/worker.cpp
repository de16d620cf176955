// SPDX-License-Identifier: BSD-3-Clause
#include "worker.hpp"

#include <netcdf.h>
#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <cfenv>
#include <cstdlib>
#include <exception>
#include <future>

#include "error.hpp"
#include "file.hpp"

// Of HDF5, which comes with netCDF; weak, for netCDF may be built to hide it.
extern "C" int H5Eset_auto2(int64_t stack, void *function, void *data) __attribute__((weak));

namespace hybrid_netcdf {
namespace {

constexpr std::chrono::seconds tick_interval{5};
// A fork waits for a block to be written, not for a disk that hangs.
constexpr std::chrono::seconds fork_patience{5};

// A new thread inherits the signal mask. The host's handlers belong on the host's threads, and a
// write beyond RLIMIT_FSIZE has to return EFBIG, not kill the process by SIGXFSZ. Only what
// reports a fault of the thread itself stays unblocked: blocked, it would kill silently.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    for (int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) sigdelset(&all, fault);
    pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked &) = delete;
  SignalsBlocked &operator=(const SignalsBlocked &) = delete;

 private:
  sigset_t before_;
};

void before_fork() { Worker::instance().before_fork(); }

void after_fork_in_parent() { Worker::instance().after_fork(); }

void after_fork_in_child() {
  File::let_go_of_all();
  Worker::instance().after_fork();
}

// HDF5 complains on stderr of what it cannot do. Whether it does so is a setting of the thread:
// netCDF changes it for the first one that uses it only, which may be the host's.
void silence_hdf5() {
  constexpr int64_t default_stack = 0;
  if (H5Eset_auto2) H5Eset_auto2(default_stack, nullptr, nullptr);
}

// Handlers run in reverse order of their registration. HDF5 registers its shutdown when it is
// first used, so ours comes after that: then it runs while HDF5 is still alive.
void initialize(Worker &worker) {
  worker.run([] {
    check(nc_initialize(), "netCDF cannot be initialised");
    silence_hdf5();
  });
  if (pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child) != 0)
    refuse("no handler can be registered for a fork");
  if (std::atexit([] { Worker::instance().end(); }) != 0)
    refuse("no handler can be registered for the end of the process");
}

}  // namespace

Worker &Worker::instance() {
  static Worker *const worker = new Worker;
  static const bool ready = (initialize(*worker), true);
  static_cast<void>(ready);
  return *worker;
}

Worker::Worker() : process_(getpid()) {
  const SignalsBlocked blocked;
  thread_ = std::thread([this] { loop(); });
}

void Worker::post(std::function<void()> job) {
  if (forked()) refuse("its writer", "the process that started it", "a fork of it");
  const std::lock_guard<std::mutex> lock(mutex_);
  if (ending_) refuse("the process is ending");
  jobs_.push_back(std::move(job));
  changed_.notify_all();
}

// The text travels, not the exception: an exception object shared by two threads is counted inside
// libstdc++, where ThreadSanitizer sees a race.
void Worker::run(const std::function<void()> &job) {
  const auto promise = std::make_shared<std::promise<std::string>>();
  post([promise, &job] {
    std::string failure;
    try {
      job();
    } catch (const std::exception &error) {
      failure = error.what();
    }
    promise->set_value(failure);
  });
  const std::string failure = promise->get_future().get();
  if (!failure.empty()) refuse(failure);
}

void Worker::be_patient(std::chrono::seconds patience) {
  const std::lock_guard<std::mutex> lock(mutex_);
  patience_ = std::max(patience_, patience);
}

void Worker::attach(std::shared_ptr<Client> client) { clients_.push_back(std::move(client)); }

void Worker::detach(const Client *client) {
  const auto same = [client](const auto &other) { return other.get() == client; };
  clients_.erase(std::remove_if(clients_.begin(), clients_.end(), same), clients_.end());
}

void Worker::end() noexcept {
  if (forked()) return;
  std::unique_lock<std::mutex> lock(mutex_);
  ending_ = true;
  changed_.notify_all();
  const bool ended = wait_patiently(changed_, lock, patience_, *this, [this] { return ended_; });
  lock.unlock();
  if (!ended) return thread_.detach();
  thread_.join();
  if (leftovers_) silence_hdf5();  // of this thread, at exit, about what failed writes left
}

void Worker::loop() noexcept {
  std::fesetenv(FE_DFL_ENV);  // a new thread inherits traps and flush-to-zero of the host
  work();
  for (const auto &client : clients_) client->finish();
  clients_.clear();
  const std::lock_guard<std::mutex> lock(mutex_);
  ended_ = true;
  working_ = false;
  changed_.notify_all();
}

void Worker::before_fork() noexcept {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait_for(lock, fork_patience, [this] { return !working_ || forked(); });
  lock.release();
}

void Worker::work() noexcept {
  auto due = Clock::now() + tick_interval;
  std::unique_lock<std::mutex> lock(mutex_);
  while (!jobs_.empty() || !ending_) {
    if (jobs_.empty())
      changed_.wait_until(lock, due, [this] { return !jobs_.empty() || ending_; });
    auto job = next();
    working_ = true;
    lock.unlock();
    if (job) job();
    job = nullptr;  // what it holds is let go without the lock
    advance();
    if (Clock::now() >= due) {
      tick();
      due = Clock::now() + tick_interval;
    }
    lock.lock();
    working_ = false;
    changed_.notify_all();
  }
  working_ = true;  // on the clients
}

std::function<void()> Worker::next() {
  if (jobs_.empty()) return nullptr;
  auto job = std::move(jobs_.front());
  jobs_.pop_front();
  return job;
}

void Worker::tick() noexcept {
  for (const auto &client : clients_) client->tick();
}

}  // namespace hybrid_netcdf
