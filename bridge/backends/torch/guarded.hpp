// SPDX-License-Identifier: BSD-3-Clause
// The exception guard around every function of the table, and what it says of Torch's exceptions.
#pragma once

#include <c10/util/Exception.h>

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

// What Torch threw as a failure: HYB_ERROR_BACKEND or HYB_ERROR_MEMORY, with `context` before the
// text.
Failure translated(const std::exception &error, const char *context);

template <class Work>
int32_t guarded(hyb_message *message, const char *context, Work &&work) noexcept {
  return hybrid_plugin::guarded(message, [&] {
    try {
      work();
    } catch (const Failure &) {
      throw;
    } catch (const std::bad_alloc &) {
      throw;
    } catch (const std::exception &error) {
      throw translated(error, context);
    }
  });
}

}  // namespace hybrid_torch
