// SPDX-License-Identifier: BSD-3-Clause
// A word from anywhere in a message of one line: the core's and the plug-ins'.
#pragma once

#include <cstdio>
#include <string>

namespace hybrid_plugin {

// Control characters would reach the terminal: "\n" becomes "\x0a".
inline std::string printable(const std::string &text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) {
      result += c;
      continue;
    }
    char code[5];
    std::snprintf(code, sizeof code, "\\x%02x", byte);
    result += code;
  }
  return result;
}

inline std::string in_quotes(const std::string &text) { return "'" + printable(text) + "'"; }

}  // namespace hybrid_plugin
