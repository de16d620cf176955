// SPDX-License-Identifier: BSD-3-Clause
// Texts as numbers, for states that are numbers only.
#pragma once

#include <string>
#include <vector>

namespace hyb {

// Whole numbers up to 2^48: real32 cannot hold them, so an array that was narrowed is found out.
constexpr size_t letters_per_number = 6;

std::vector<double> spelled(const std::string &text);

// The text of such numbers, which must have no letter of code 0. Whatever else they are gives some
// text.
std::string unspelled(const std::vector<double> &numbers);

}  // namespace hyb
