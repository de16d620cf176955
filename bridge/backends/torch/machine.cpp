// SPDX-License-Identifier: BSD-3-Clause
#include "machine.hpp"

#include <sys/utsname.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

namespace hybrid_torch {
namespace {

std::string architecture() {
  utsname name;
  return uname(&name) == 0 ? name.machine : "";
}

// "flags : fpu vme ..." on x86, "Features : fp asimd ..." on ARM; the same for all cores. The
// kernel leaves out what it does not enable, such as the state of AVX-512.
std::vector<std::string> features() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("flags", 0) != 0 && line.rfind("Features", 0) != 0) continue;
    std::istringstream words(line.substr(line.find(':') + 1));
    return {std::istream_iterator<std::string>(words), {}};
  }
  return {};
}

}  // namespace

const Machine &this_machine() {
  static const Machine machine = {architecture(), features()};
  return machine;
}

std::vector<std::string> missing_features(const std::vector<std::string> &needed,
                                          const Machine &machine) {
  std::vector<std::string> missing;
  for (const std::string &feature : needed)
    if (std::find(machine.features.begin(), machine.features.end(), feature) ==
        machine.features.end())
      missing.push_back(feature);
  return missing;
}

}  // namespace hybrid_torch
