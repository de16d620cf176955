// SPDX-License-Identifier: BSD-3-Clause
// A failure on its way to the C table, where it becomes a status and a message.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "hybrid_plugin.h"

namespace hybrid_torch {

class Failure : public std::runtime_error {
 public:
  Failure(int32_t status, const std::string &text) : std::runtime_error(text), status(status) {}
  const int32_t status;
};

[[noreturn]] inline void mismatch(int32_t status, const std::string &what,
                                  const std::string &expected, const std::string &found) {
  throw Failure(status, what + ": expected " + expected + ", found " + found);
}

}  // namespace hybrid_torch
