// SPDX-License-Identifier: BSD-3-Clause
// Changes a network file by its parts, or its bytes with the header's length put right: without
// that hardly a change would get past the first check. For libFuzzer alone.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "network_mutation.hpp"

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);

namespace {

size_t mutate_bytes(uint8_t *data, size_t size, size_t most, unsigned int seed) {
  constexpr size_t prefix = 8;
  uint64_t header = 0;
  if (size >= prefix) std::memcpy(&header, data, prefix);
  if (size < prefix || most < size || header > size - prefix || seed % 16 == 0)
    return LLVMFuzzerMutate(data, size, most);
  std::vector<uint8_t> parts[] = {{data + prefix, data + prefix + header},
                                  {data + prefix + header, data + size}};
  std::vector<uint8_t> &part = parts[seed % 4 == 1];
  const size_t before = part.size();
  part.resize(before + most - size);
  if (part.empty()) return size;
  part.resize(LLVMFuzzerMutate(part.data(), before, part.size()));
  const uint64_t length = parts[0].size();
  std::memcpy(data, &length, prefix);
  std::copy(parts[0].begin(), parts[0].end(), data + prefix);
  std::copy(parts[1].begin(), parts[1].end(), data + prefix + length);
  return prefix + length + parts[1].size();
}

}  // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most,
                                          unsigned int seed) {
  if (seed % 2 == 0) return mutate_bytes(data, size, most, seed / 2);
  const std::string changed = mutated(std::string(data, data + size), seed / 2);
  std::copy_n(changed.data(), std::min(most, changed.size()), data);
  return std::min(most, changed.size());
}
