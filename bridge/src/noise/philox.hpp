// SPDX-License-Identifier: BSD-3-Clause
// Philox4x32-10, a generator without state: four random words are a function of a counter and a key
// (Salmon, Moraes, Dror and Shaw 2011, doi:10.1145/2063384.2063405).
#pragma once

#include <cstdint>

namespace hyb {

struct PhiloxWords {
  uint32_t w0, w1, w2, w3;
};

inline PhiloxWords philox(PhiloxWords counter, uint64_t key) {
  uint32_t k0 = static_cast<uint32_t>(key), k1 = static_cast<uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t{0xd2511f53u} * counter.w0;
    const uint64_t b = uint64_t{0xcd9e8d57u} * counter.w2;
    counter = {static_cast<uint32_t>(b >> 32) ^ counter.w1 ^ k0, static_cast<uint32_t>(b),
               static_cast<uint32_t>(a >> 32) ^ counter.w3 ^ k1, static_cast<uint32_t>(a)};
    k0 += 0x9e3779b9u;
    k1 += 0xbb67ae85u;
  }
  return counter;
}

}  // namespace hyb
