// SPDX-License-Identifier: BSD-3-Clause
// A failure on its way to the C table, where it becomes a status and a message.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "hybrid_plugin.h"

namespace hybrid_builtin {

class Failure : public std::runtime_error {
 public:
  Failure(int32_t status, const std::string &text) : std::runtime_error(text), status(status) {}
  const int32_t status;
};

[[noreturn]] inline void refuse(const std::string &what, const std::string &expected,
                                  const std::string &found, int32_t status = HYB_ERROR_FILE) {
  throw Failure(status, what + ": expected " + expected + ", found " + found);
}

inline std::string in_quotes(const std::string &text) { return "'" + text + "'"; }

}  // namespace hybrid_builtin
