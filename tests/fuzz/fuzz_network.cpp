// SPDX-License-Identifier: BSD-3-Clause
// The file of the built-in engine: opened, planned by its own card, and run.
#include <algorithm>
#include <vector>

#include "card.hpp"
#include "error.hpp"
#include "failure.hpp"
#include "memory_file.hpp"
#include "network.hpp"
#include "network_run.hpp"
#include "target.hpp"

namespace {

constexpr int64_t columns = 16;

// Of exactly the size that the network was promised: a sanitizer sees what is written beyond it.
void run(hybrid_builtin::Network &network, const hyb::Card &card) {
  const size_t size = card.kind == HYB_REAL64 ? 8 : 4;
  const std::vector<char> x(static_cast<size_t>(card.nfeature * columns) * size, 1);
  std::vector<char> y(static_cast<size_t>(card.noutput * columns) * size);
  const hyb_matrices matrices = {sizeof(hyb_matrices), columns, columns, x.data(), y.data()};
  network.run(matrices);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) try {
  const MemoryFile file(data, size);
  hybrid_builtin::Network network(file.path().c_str(), {});
  const hyb::Card card = hyb::parse_card(network.card(), "fuzz");
  if (std::max(card.nfeature, card.noutput) > most_rows) return 0;
  prepare(network, card);
  run(network, card);
  return 0;
} catch (const hybrid_builtin::Failure &) {
  return 0;
} catch (const hyb::Error &) {
  return 0;
}
