// SPDX-License-Identifier: BSD-3-Clause
// Words for messages.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hyb {

// Control characters as codes.
std::string in_quotes(const std::string &word);

// "'a', 'b' and 'c'"
std::string listed(const std::vector<std::string> &words);

// The candidate with the smallest edit distance, "" if there are none.
std::string nearest(const std::string &word, const std::vector<std::string> &candidates);

// "unknown <what> 'word'; did you mean 'x'? (known: ...)"
std::string unknown(const std::string &what, const std::string &word,
                    const std::vector<std::string> &candidates);

std::string replaced(std::string text, const std::string &from, const std::string &to);

// With six digits.
std::string text_of(double value);

const char *kind_name(int32_t kind);
const char *role_name(int32_t role);
std::vector<std::string> role_names();

// The role of that name, 0 if there is none.
int32_t role_of(const std::string &name);

}  // namespace hyb
