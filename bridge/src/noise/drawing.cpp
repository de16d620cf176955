// SPDX-License-Identifier: BSD-3-Clause
#include "noise/drawing.hpp"

#include "hash.hpp"

namespace hyb {
NumberSource::NumberSource(int64_t seed, const std::string &card, const std::string &field,
                           Distribution distribution)
    : named_seed_(mixed(mixed(mixed(static_cast<uint64_t>(seed)) ^ hash_of_letters(card)) ^
                        hash_of_letters(field))),
      distribution_(distribution) {}

uint64_t NumberSource::key(int64_t step) const {
  return mixed(named_seed_ ^ static_cast<uint64_t>(step));
}

}  // namespace hyb
