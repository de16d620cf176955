// SPDX-License-Identifier: BSD-3-Clause
// A backend leaves its host as it was: number of OpenMP threads on every thread, floating-point
// environment, locale, signal handlers. The host traps floating-point exceptions and flushes
// subnormals to zero, as legacy models do; the network divides by zero and overflows.
#include <omp.h>

#include <algorithm>
#include <clocale>
#include <csignal>

#include "backend.hpp"
#include "check.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

using test::Network;

namespace {

constexpr int traps = FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW;
constexpr int host_threads = 3;

void become_legacy() {
  fesetround(FE_UPWARD);
#if defined(__SSE2__)
  _mm_setcsr(_mm_getcsr() | 0x8040);  // flush to zero, denormals are zero
#endif
  feenableexcept(traps);
}

bool is_legacy() {
#if defined(__SSE2__)
  if ((_mm_getcsr() & 0x8040) != 0x8040) return false;
#endif
  return fegetexcept() == traps && fegetround() == FE_UPWARD;
}

struct Signals {
  static constexpr int watched[] = {SIGINT, SIGPIPE, SIGTERM, SIGFPE, SIGSEGV, SIGCHLD, SIGABRT};
  Signals() {
    for (size_t i = 0; i < std::size(watched); ++i) {
      struct sigaction action;
      sigaction(watched[i], nullptr, &action);
      handler[i] = action.sa_handler;
    }
  }
  bool operator==(const Signals &other) const {
    return std::equal(std::begin(handler), std::end(handler), std::begin(other.handler));
  }
  void (*handler[std::size(watched)])(int);
};

bool run_once(Network &network, int64_t nsample) {
  std::vector<float> x(3 * nsample, 2.0f), y(3 * nsample);
  const bool ran = network.run(x, y, nsample, nsample) == HYB_OK;
  return ran && std::all_of(y.begin(), y.end(), [](float value) { return value == 1.0f; });
}

// Each thread of the host's team, the first time it meets the backend and again.
void check_in_parallel(Network &network) {
  int failures = 0;
#pragma omp parallel reduction(+ : failures)
  {
    become_legacy();
    const int before = omp_get_max_threads();
    for (int run = 0; run < 20; ++run) failures += run_once(network, 16) ? 0 : 1;
    failures += omp_get_max_threads() == before ? 0 : 1;
    failures += is_legacy() ? 0 : 1;
  }
  CHECK_EQ(failures, 0);
}

// The host's next team is as large as before, and none of its threads has lost its traps.
void check_team() {
  int size = 0, legacy = 0;
#pragma omp parallel reduction(+ : size, legacy)
  {
    size += 1;
    legacy += is_legacy() ? 1 : 0;
  }
  CHECK_EQ(size, host_threads);
  CHECK_EQ(legacy, host_threads);
}

void check_unchanged(const Signals &signals) {
  CHECK_EQ(omp_get_max_threads(), host_threads);
  CHECK_EQ(omp_get_dynamic(), 0);
  CHECK(is_legacy());
  CHECK_EQ(std::string(std::setlocale(LC_ALL, nullptr)), "C");
  CHECK(signals == Signals());
  check_team();
}

void check_network(const hyb_backend *backend, int threads) {
  const Signals signals;
  Network network(backend);
  hyb_backend_options options = test::default_options;
  options.threads = threads;
  CHECK_EQ(network.open(test::variable("TRAPPING"), options), HYB_OK);
  check_unchanged(signals);
  CHECK_EQ(network.prepare({3, 3}), HYB_OK);
  check_unchanged(signals);
  CHECK(run_once(network, 16));
  CHECK(run_once(network, 100000));  // enough for Torch to share out
  check_unchanged(signals);
  check_in_parallel(network);
  check_unchanged(signals);
}

}  // namespace

int main() {
  omp_set_dynamic(0);
  omp_set_num_threads(host_threads);
  become_legacy();
#pragma omp parallel
  become_legacy();
  const hyb_backend *backend = test::load_backend(test::variable("BACKEND"));
  for (const int threads : {1, 2, host_threads}) check_network(backend, threads);
  return check_failures();
}
