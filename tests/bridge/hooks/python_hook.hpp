// SPDX-License-Identifier: BSD-3-Clause
// Hooks in Python, written by the tests themselves.
#pragma once

#include "hooks.hpp"

namespace test {

// A table whose hook is that program; `keys` are further lines.
inline std::string python(const std::string &program, const std::string &keys = "") {
  static const Folder folder;
  static int count = 0;
  const std::string name = folder / ("hook" + std::to_string(++count) + ".py");
  std::ofstream(name) << "import numpy as np\n" << program;
  const bool before = keys.find("before") != std::string::npos;
  return "kind = \"python\"\nfile = \"" + name + "\"\n" +
         (before ? "" : "fields = [\"heating_rate\", \"rainfall_flux\"]\n") + keys;
}

// A Block with both targets of such a table.
struct PythonBlock : Block {
  Values rain_increment;

  explicit PythonBlock(int64_t ncol = ncolumn, int64_t first = 1)
      : Block(ncol, first), rain_increment(1, ncol) {
    increments.push_back(rain_increment.values);
  }
};

// A class with that body of apply.
inline std::string applying(const std::string &body) {
  return "class Hook:\n    inputs = ['air_temperature']\n    def apply(self, block):\n        " +
         body + "\n";
}

}  // namespace test
