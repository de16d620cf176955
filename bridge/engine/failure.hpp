// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "plugin/failure.hpp"
#include "plugin/quotes.hpp"

namespace hybrid_builtin {

using hybrid_plugin::Failure;
using hybrid_plugin::in_quotes;
using hybrid_plugin::printable;

[[noreturn]] inline void refuse(const std::string &what, const std::string &expected,
                                const std::string &found, int32_t status = HYB_ERROR_FILE) {
  hybrid_plugin::mismatch(status, what, expected, found);
}

}  // namespace hybrid_builtin
