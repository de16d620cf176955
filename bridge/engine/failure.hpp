// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "plugin/failure.hpp"

namespace hybrid_builtin {

using hybrid_plugin::Failure;

[[noreturn]] inline void refuse(const std::string &what, const std::string &expected,
                                const std::string &found, int32_t status = HYB_ERROR_FILE) {
  hybrid_plugin::mismatch(status, what, expected, found);
}

inline std::string in_quotes(const std::string &text) { return "'" + text + "'"; }

}  // namespace hybrid_builtin
