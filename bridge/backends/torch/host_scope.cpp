// SPDX-License-Identifier: BSD-3-Clause
#include "host_scope.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <omp.h>

#include <cfenv>

// Exported by a Torch that was built with MKL, declared in none of its headers: sets the number for
// the calling thread, over MKL_NUM_THREADS, and returns the one before (0: none).
extern "C" int MKL_Set_Num_Threads_Local(int threads) __attribute__((weak));

namespace hybrid_torch {
namespace {

int set_mkl_threads(int threads) {
  return MKL_Set_Num_Threads_Local ? MKL_Set_Num_Threads_Local(threads) : 0;
}

thread_local std::fenv_t host_environment;

// The core masks floating-point traps on the calling thread. The others of the team belong to the
// host as much as to Torch, so theirs are masked here and put back. The next region of the same
// size is run by the same threads.
void mask_traps(int team) {
#pragma omp parallel num_threads(team)
  if (omp_get_thread_num() > 0) {
    std::fegetenv(&host_environment);
    std::fesetenv(FE_DFL_ENV);
  }
}

void unmask_traps(int team) {
#pragma omp parallel num_threads(team)
  if (omp_get_thread_num() > 0) std::fesetenv(&host_environment);
}

}  // namespace

// The limit of glibc is 32 MiB with its own head.
void keep_freed_memory() { at::empty({31 << 20}, at::kByte); }

ThreadScope::ThreadScope(int threads)
    : host_threads_(omp_get_max_threads()), team_(omp_in_parallel() ? 1 : threads) {
  at::get_num_threads();  // the first use on this thread, which sets OpenMP's number
  omp_set_num_threads(threads);
  mkl_threads_ = set_mkl_threads(threads);
  if (team_ > 1) mask_traps(team_);
}

ThreadScope::~ThreadScope() {
  if (team_ > 1) unmask_traps(team_);
  set_mkl_threads(mkl_threads_);
  omp_set_num_threads(host_threads_);
}

}  // namespace hybrid_torch
