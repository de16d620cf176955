// SPDX-License-Identifier: BSD-3-Clause
// A failure on its way to the C table, where it becomes a status and a message.
#pragma once

#include <cstdint>
#include <cstdio>
#include <new>
#include <stdexcept>
#include <string>

#include "hybrid_plugin.h"

namespace hybrid_python {

class Failure : public std::runtime_error {
 public:
  Failure(int32_t status, const std::string &text) : std::runtime_error(text), status(status) {}
  const int32_t status;
};

[[noreturn]] inline void mismatch(int32_t status, const std::string &what,
                                  const std::string &expected, const std::string &found) {
  throw Failure(status, what + ": expected " + expected + ", found " + found);
}

inline int32_t told(hyb_message *message, int32_t status, const char *text) {
  if (message) std::snprintf(message->text, sizeof message->text, "%s", text);
  return status;
}

// Runs `work`, which returns a status; what it throws becomes a status and a message.
template <class Work>
int32_t guarded(hyb_message *message, Work &&work) noexcept try {
  return work();
} catch (const Failure &failure) {
  return told(message, failure.status, failure.what());
} catch (const std::bad_alloc &) {
  return told(message, HYB_ERROR_MEMORY, "out of memory");
} catch (const std::exception &error) {
  return told(message, HYB_ERROR_PLUGIN, error.what());
} catch (...) {
  return told(message, HYB_ERROR_INTERNAL, "an unknown exception");
}

}  // namespace hybrid_python
