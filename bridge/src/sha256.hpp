// SPDX-License-Identifier: BSD-3-Clause
// SHA-256 (FIPS 180-4), for the identity of emulator files.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace hyb {

class Sha256 {
 public:
  void add(const void *data, size_t count);
  // Of all that was added, as sha256sum prints it. Nothing can be added after it.
  std::string digest();

 private:
  static constexpr size_t block_bytes = 64;

  void add_block(const unsigned char *block);
  void pad();

  std::array<uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<unsigned char, block_bytes> rest_{};
  uint64_t length_ = 0;  // bytes that were added; those beyond the last whole block are in rest_
};

}  // namespace hyb
