// SPDX-License-Identifier: BSD-3-Clause
// The card of an emulator: JSON.
#include "card.hpp"
#include "error.hpp"
#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) try {
  hyb::parse_card(std::string(reinterpret_cast<const char *>(data), size), "fuzz");
  return 0;
} catch (const hyb::Error &) {
  return 0;
}
