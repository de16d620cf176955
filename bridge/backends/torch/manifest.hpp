// SPDX-License-Identifier: BSD-3-Clause
// What pyhybrid writes beside the compiled code of a package, since that code checks nothing.
#pragma once

#include <c10/core/ScalarType.h>

#include <cstdint>
#include <string>
#include <vector>

#include "hybrid_plugin.h"

namespace hybrid_torch {

// A matrix of the package: `nrow` rows of samples, each next to the other.
struct PackageMatrix {
  at::ScalarType dtype;
  int64_t nrow;
};

struct Manifest {
  std::string code;  // the record that holds the compiled code
  std::string torch, device, architecture;
  std::vector<std::string> features;  // of the CPU that it was compiled for
  PackageMatrix input, result;
};

// Fails with HYB_ERROR_FILE where a key is missing or is not what this version can run.
Manifest parse_manifest(const std::string &text, const std::string &path);

// Fails with HYB_ERROR_FILE unless its code can run in this process: to be called before any of
// it is loaded.
void check_machine(const Manifest &manifest, const std::string &path);

// Fails with HYB_ERROR_CARD unless the card says the same of the matrices.
void check_card(const Manifest &manifest, const hyb_signature &signature, const std::string &path);

}  // namespace hybrid_torch
