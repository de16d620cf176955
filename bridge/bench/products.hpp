// SPDX-License-Identifier: BSD-3-Clause
// The products of matrices in a network and nothing else: what no engine can be faster than.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "contest.hpp"

namespace hybrid_bench {

// (n, k) weights times (k, columns), `times` in a pass through the network.
struct Product {
  int64_t n, k, times;
};

std::vector<Product> products_of(const nlohmann::json &job);

// In tiles of the size that is fastest, always in the same memory, without packing or activations.
// Throws std::runtime_error where the library was built without the engine.
std::unique_ptr<Contender> only_products(const std::vector<Product> &products, int64_t ncol);

// Its "name", "portable" for our own code, and if it is not a library "why".
nlohmann::json product_library();

// [FLOP s-1], the best of several shapes; 0 without the engine.
double product_rate();

}  // namespace hybrid_bench
