// SPDX-License-Identifier: BSD-3-Clause
// What compiled code asks of the machine that runs it.
#pragma once

#include <string>
#include <vector>

namespace hybrid_torch {

// Of the architecture, as `uname -m` says it, and of its CPU, as the kernel names its features.
struct Machine {
  std::string architecture;
  std::vector<std::string> features;
};

const Machine &this_machine();

// Those of `needed` that the machine does not have.
std::vector<std::string> missing_features(const std::vector<std::string> &needed,
                                          const Machine &machine);

}  // namespace hybrid_torch
