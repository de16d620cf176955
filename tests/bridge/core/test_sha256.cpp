// SPDX-License-Identifier: BSD-3-Clause
// The examples of FIPS 180-4, and that the pieces in which bytes come do not matter.
#include "sha256.hpp"

#include <cstdlib>
#include <fstream>

#include "check.h"
#include "sealed_file.hpp"

static std::string digest(const std::string &text) {
  hyb::Sha256 sum;
  sum.add(text.data(), text.size());
  return sum.digest();
}

static void published_examples() {
  CHECK(digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(digest(std::string(1000000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void pieces_do_not_matter() {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += static_cast<char>(i * i % 251);
  for (size_t piece = 1; piece < 200; ++piece) {
    hyb::Sha256 sum;
    for (size_t at = 0; at < text.size(); at += piece)
      sum.add(text.data() + at, std::min(piece, text.size() - at));
    CHECK(sum.digest() == digest(text));
  }
}

// Of every length about the ends of a block, where the padding changes; coreutils says what is right.
static void as_sha256sum_has_it() {
  for (const size_t length : {0u, 1u, 54u, 55u, 56u, 57u, 63u, 64u, 65u, 119u, 120u, 128u, 3000000u}) {
    std::ofstream("sha256_test.bin", std::ios::binary) << std::string(length, '\xe5');
    const std::string command = "test \"$(sha256sum < sha256_test.bin)\" = \"" +
                                hyb::sha256_of("sha256_test.bin") + "  -\"";
    CHECK_EQ(std::system(command.c_str()), 0);
  }
  std::remove("sha256_test.bin");
}

int main() {
  published_examples();
  pieces_do_not_matter();
  as_sha256sum_has_it();
  return check_failures();
}
