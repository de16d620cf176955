// SPDX-License-Identifier: BSD-3-Clause
// The configuration: TOML, of a domain and of an emulator alone.
#include "config.hpp"
#include "error.hpp"
#include "target.hpp"

namespace {

template <class Read>
void take(Read &&read, const std::string &text) try {
  read(text);
} catch (const hyb::Error &) {
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const std::string text(reinterpret_cast<const char *>(data), size);
  take(hyb::parse_config, text);
  take(hyb::parse_emulator_options, text);
  return 0;
}
