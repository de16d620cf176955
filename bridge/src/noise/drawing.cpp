// SPDX-License-Identifier: BSD-3-Clause
#include "noise/drawing.hpp"

#include "hash.hpp"

namespace hyb {
namespace {

// FNV-1a of 64 bits (Fowler, Noll, Vo and Eastlake, draft-eastlake-fnv).
uint64_t hash_of(const std::string &text) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char letter : text)
    hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3u;
  return hash;
}

}  // namespace

NumberSource::NumberSource(int64_t seed, const std::string &card, const std::string &field,
                           Distribution distribution)
    : named_seed_(mixed(mixed(mixed(static_cast<uint64_t>(seed)) ^ hash_of(card)) ^
                        hash_of(field))),
      distribution_(distribution) {}

uint64_t NumberSource::key(int64_t step) const {
  return mixed(named_seed_ ^ static_cast<uint64_t>(step));
}

}  // namespace hyb
