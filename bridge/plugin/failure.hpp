// SPDX-License-Identifier: BSD-3-Clause
// For every plug-in: a failure on its way to the C table, and the guard around the table's
// functions, where it becomes a status and a message.
#pragma once

#include <cstdint>
#include <cstdio>
#include <new>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "hybrid_plugin.h"

namespace hybrid_plugin {

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

// What `work` returns, or HYB_OK where it returns nothing.
template <class Work>
int32_t status_of(Work &&work) {
  if constexpr (std::is_void_v<std::invoke_result_t<Work>>) {
    work();
    return HYB_OK;
  } else {
    return work();
  }
}

// Runs `work`. What it throws becomes a status and a message; `other` is the status of exceptions
// that are neither a Failure nor a lack of memory.
template <class Work>
int32_t guarded(hyb_message *message, Work &&work,
                int32_t other = HYB_ERROR_INTERNAL) noexcept try {
  return status_of(work);
} catch (const Failure &failure) {
  return told(message, failure.status, failure.what());
} catch (const std::bad_alloc &) {
  return told(message, HYB_ERROR_MEMORY, "out of memory");
} catch (const std::exception &error) {
  return told(message, other, error.what());
} catch (...) {
  return told(message, HYB_ERROR_INTERNAL, "an unknown exception");
}

}  // namespace hybrid_plugin
