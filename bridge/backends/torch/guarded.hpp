// SPDX-License-Identifier: BSD-3-Clause
// The one exception guard around every function of the table.
#pragma once

#include <c10/util/Exception.h>

#include <cstdio>
#include <exception>
#include <new>
#include <string>

#include "failure.hpp"

namespace hybrid_torch {

// The part of an exception's text that says what happened, and where in the network.
std::string short_text(const std::string &what);

// Whether memory of the device was lacking. The interpreter of TorchScript turns all exceptions
// into one kind, so the text is read as well.
bool is_out_of_memory(const std::exception &error);

inline int32_t told(hyb_message *message, int32_t status, const char *text) {
  if (message) std::snprintf(message->text, sizeof message->text, "%s", text);
  return status;
}

// Runs `work`. What it throws becomes a status and a message; what Torch throws is
// HYB_ERROR_BACKEND or HYB_ERROR_MEMORY, with `context` before the text.
template <class Work>
int32_t guarded(hyb_message *message, const char *context, Work &&work) noexcept try {
  try {
    work();
    return HYB_OK;
  } catch (const Failure &failure) {
    return told(message, failure.status, failure.what());
  } catch (const std::bad_alloc &) {
    return told(message, HYB_ERROR_MEMORY, "out of memory");
  } catch (const std::exception &error) {
    const auto *torch = dynamic_cast<const c10::Error *>(&error);
    const std::string text = torch ? torch->what_without_backtrace() : error.what();
    const int32_t status = is_out_of_memory(error) ? HYB_ERROR_MEMORY : HYB_ERROR_BACKEND;
    return told(message, status, (context + short_text(text)).c_str());
  }
} catch (...) {
  return told(message, HYB_ERROR_INTERNAL, "an unknown exception");
}

}  // namespace hybrid_torch
