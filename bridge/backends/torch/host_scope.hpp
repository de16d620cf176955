// SPDX-License-Identifier: BSD-3-Clause
// What Torch may not change of the host while it works on one of the host's threads.
#pragma once

#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>

namespace hybrid_torch {

// Torch takes its number of threads from OpenMP's, which it shares with the host, and sets that
// itself at its first use on a thread. Here it is `threads` for the scope, then the host's again.
class ThreadScope {
 public:
  explicit ThreadScope(int threads);
  ~ThreadScope();
  ThreadScope(const ThreadScope &) = delete;
  ThreadScope &operator=(const ThreadScope &) = delete;

 private:
  const int host_threads_;
  const int team_;  // threads of an inference, 1 inside a parallel region of the host
  int mkl_threads_;
};

// A network allocates its layers' results anew for each batch. By default glibc gives blocks above
// 128 KiB back to the system at once, and a third of the time goes into getting them again. It
// stops to do so for sizes that it has seen come and go: here it sees a large one, once, unless the
// host has set these thresholds itself. Up to 64 MiB of freed memory then stay with the process.
void keep_freed_memory();

// Torch prints its warnings to stderr; a library does not print.
class SilentWarnings : public c10::WarningHandler {
  void process(const c10::Warning &) override {}
};

// To be opened around everything that enters Torch.
class HostScope {
 public:
  explicit HostScope(int threads) : threads_(threads), warnings_(&silent_) {}

 private:
  ThreadScope threads_;
  SilentWarnings silent_;
  c10::WarningUtils::WarningHandlerGuard warnings_;
  c10::InferenceMode inference_;
};

}  // namespace hybrid_torch
