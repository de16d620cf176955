// SPDX-License-Identifier: BSD-3-Clause
// One network, run by many threads at once.
#pragma once

#include "backend.hpp"

namespace test {

// A Network keeps one message for all; this one has its own.
inline int32_t run_alone(const Network &network, const std::vector<float> &x,
                         std::vector<float> &y, int64_t nsample) {
  const FloatingPointGuard guard;
  hyb_message message;
  const hyb_matrices matrices = {sizeof matrices, nsample, nsample, x.data(), y.data()};
  return network.backend->run(network.handle, &matrices, &message);
}

// How many of `runs` failed or gave other bits.
inline int failures_in_parallel(const Network &network, const std::vector<float> &x,
                                const std::vector<float> &expected, int64_t nsample, int runs) {
  int failures = 0;
#pragma omp parallel for num_threads(8) reduction(+ : failures)
  for (int i = 0; i < runs; ++i) {
    std::vector<float> y(expected.size());
    const bool ran = run_alone(network, x, y, nsample) == HYB_OK;
    failures += ran && y == expected ? 0 : 1;
  }
  return failures;
}

}  // namespace test
