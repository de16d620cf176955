// SPDX-License-Identifier: BSD-3-Clause
// JSON of a file from anywhere: no deeper than the library's recursions can bear, every name once.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace hybrid_builtin {

// An object. `what` is what failures are about.
nlohmann::json parsed_object(const std::string &what, const std::string &text);

// Whole numbers only: the library would round others.
int64_t whole_number(const std::string &what, const nlohmann::json &entry);

}  // namespace hybrid_builtin
