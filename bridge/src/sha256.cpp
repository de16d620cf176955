// SPDX-License-Identifier: BSD-3-Clause
#include "sha256.hpp"

#include <algorithm>
#include <cstring>

namespace hyb {
namespace {

// FIPS 180-4, 4.2.2: of the cube roots of the first 64 primes, 32 bits behind the point.
constexpr std::array<uint32_t, 64> roots = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

uint32_t turned(uint32_t word, int count) { return word >> count | word << (32 - count); }

uint32_t big_endian(const unsigned char *bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}

// The message schedule (6.2.2, step 1).
std::array<uint32_t, 64> words_of(const unsigned char *block) {
  std::array<uint32_t, 64> words;
  for (size_t i = 0; i < 16; ++i) words[i] = big_endian(block + 4 * i);
  for (size_t i = 16; i < words.size(); ++i) {
    const uint32_t near = words[i - 2], far = words[i - 15];
    words[i] = words[i - 16] + words[i - 7] + (turned(far, 7) ^ turned(far, 18) ^ far >> 3) +
               (turned(near, 17) ^ turned(near, 19) ^ near >> 10);
  }
  return words;
}

}  // namespace

// Steps 2 to 4 of 6.2.2; the letters are the standard's.
void Sha256::add_block(const unsigned char *block) {
  const std::array<uint32_t, 64> words = words_of(block);
  auto [a, b, c, d, e, f, g, h] = state_;
  for (size_t i = 0; i < words.size(); ++i) {
    const uint32_t first = h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) +
                           ((e & f) ^ (~e & g)) + roots[i] + words[i];
    const uint32_t second =
        (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + first;
    d = c, c = b, b = a, a = first + second;
  }
  const uint32_t after[] = {a, b, c, d, e, f, g, h};
  for (size_t i = 0; i < state_.size(); ++i) state_[i] += after[i];
}

void Sha256::add(const void *data, size_t count) {
  const auto *bytes = static_cast<const unsigned char *>(data);
  while (count > 0) {
    const size_t place = length_ % block_bytes, taken = std::min(count, block_bytes - place);
    std::memcpy(rest_.data() + place, bytes, taken);
    length_ += taken;
    bytes += taken;
    count -= taken;
    if (length_ % block_bytes == 0) add_block(rest_.data());
  }
}

// A one, zeros, and the length in bits: whole blocks (5.1.1).
void Sha256::pad() {
  const uint64_t bits = length_ * 8;
  const unsigned char one = 0x80, zero = 0;
  add(&one, 1);
  while (length_ % block_bytes != block_bytes - 8) add(&zero, 1);
  unsigned char length[8];
  for (size_t i = 0; i < 8; ++i) length[i] = static_cast<unsigned char>(bits >> (56 - 8 * i));
  add(length, sizeof length);
}

std::string Sha256::digest() {
  pad();
  std::string text;
  for (const uint32_t word : state_)
    for (int shift = 28; shift >= 0; shift -= 4) text += "0123456789abcdef"[word >> shift & 15];
  return text;
}

}  // namespace hyb
