// SPDX-License-Identifier: BSD-3-Clause
// Many threads run one network at once, some of them failing: all get the bits of one thread.
#include <omp.h>

#include "check.h"
#include "parallel.hpp"

using test::Network;

namespace {

constexpr int64_t nsample = 16;

std::vector<float> block(int number) {
  std::vector<float> x(3 * nsample);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>((i + number) % 17) / 17;
  return x;
}

bool block_is_right(const Network &network, int number, const std::vector<float> &expected) {
  std::vector<float> x = block(number), y(3 * nsample);
  const bool fails = number % 10 == 9;
  if (fails) x[0] = 20.0f;
  const int32_t status = test::run_alone(network, x, y, nsample);
  return fails ? status == HYB_ERROR_BACKEND : status == HYB_OK && y == expected;
}

}  // namespace

int main() {
  const hyb_backend *backend = test::load_backend(test::variable("BACKEND"));
  Network network(backend);
  CHECK_EQ(network.open(test::variable("RAISING")), HYB_OK);
  CHECK_EQ(network.prepare({3, 3}), HYB_OK);
  if (check_failures()) return check_failures();
  std::vector<std::vector<float>> expected(17, std::vector<float>(3 * nsample));
  for (int number = 0; number < 17; ++number)
    CHECK_EQ(test::run_alone(network, block(number), expected[number], nsample), HYB_OK);
  int failures = 0;
#pragma omp parallel for num_threads(8) reduction(+ : failures) schedule(dynamic)
  for (int number = 0; number < 4000; ++number)
    failures += block_is_right(network, number, expected[number % 17]) ? 0 : 1;
  CHECK_EQ(failures, 0);
  return check_failures();
}
