// SPDX-License-Identifier: BSD-3-Clause
// Libraries that an emulator calls (a Torch, for one) take their number of threads from OpenMP's,
// and some set it. For the scope it is `threads`, then the host's again. A host without OpenMP has
// nothing to be kept.
#pragma once

#include <dlfcn.h>

namespace hybrid_python {

class HostThreads {
 public:
  explicit HostThreads(int threads)
      : get_(reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "omp_get_max_threads"))),
        set_(reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"))),
        host_threads_(get_ && set_ ? get_() : 0) {
    if (host_threads_ > 0) set_(threads);
  }
  ~HostThreads() {
    if (host_threads_ > 0) set_(host_threads_);
  }
  HostThreads(const HostThreads &) = delete;
  HostThreads &operator=(const HostThreads &) = delete;

 private:
  int (*const get_)();
  void (*const set_)(int);
  const int host_threads_;
};

}  // namespace hybrid_python
