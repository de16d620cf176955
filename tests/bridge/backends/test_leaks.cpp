// SPDX-License-Identifier: BSD-3-Clause
// Memory does not grow: 10,000 runs, failed ones among them.
#include "backend.hpp"
#include "check.h"

using test::Network;

namespace {

void run_often(Network &network, int runs) {
  std::vector<float> x(3 * 16, 1.0f), y(3 * 16);
  for (int run = 0; run < runs; ++run) {
    x[0] = run % 100 == 99 ? 20.0f : 1.0f;
    const int32_t status = network.run(x, y, 16, 16);
    CHECK_EQ(status, run % 100 == 99 ? HYB_ERROR_BACKEND : HYB_OK);
  }
}

}  // namespace

int main() {
#if defined(__SANITIZE_ADDRESS__)
  return 77;  // freed memory is kept in quarantine
#endif
  const hyb_backend *backend = test::load_backend(test::variable("BACKEND"));
  Network network(backend);
  CHECK_EQ(network.open(test::variable("RAISING")), HYB_OK);
  CHECK_EQ(network.prepare({3, 3}), HYB_OK);
  run_often(network, 1000);
  const long before = test::resident_memory();
  run_often(network, 10000);
  const long grown = test::resident_memory() - before;
  std::printf("grown by %ld KiB\n", grown);
  CHECK(grown < 256);
  return check_failures();
}
