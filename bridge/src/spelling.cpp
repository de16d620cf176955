// SPDX-License-Identifier: BSD-3-Clause
#include "spelling.hpp"

#include <algorithm>

namespace hyb {

std::vector<double> spelled(const std::string &text) {
  std::vector<double> numbers((text.size() + letters_per_number - 1) / letters_per_number, 0.0);
  for (size_t i = 0; i < text.size(); ++i) {
    double &number = numbers[i / letters_per_number];
    number = number * 256 + static_cast<unsigned char>(text[i]);
  }
  return numbers;
}

std::string unspelled(const std::vector<double> &numbers) {
  std::string text;
  for (const double number : numbers) {
    std::string letters;
    const bool spells = number >= 1 && number < 281474976710656.0;  // 2^48
    for (auto left = spells ? static_cast<int64_t>(number) : 0; left > 0; left /= 256)
      letters += static_cast<char>(left % 256);
    text.append(letters.rbegin(), letters.rend());
  }
  return text;
}

}  // namespace hyb
