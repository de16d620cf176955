// SPDX-License-Identifier: BSD-3-Clause
// A TorchScript file is a zip archive. Torch reads it without looking at its check sums, so a
// flipped bit in a weight would go unnoticed into the model.
#pragma once

#include <string>

namespace hybrid_torch {

// Fails with HYB_ERROR_FILE if the file is not there, not whole, or damaged.
void check_archive(const std::string &path);

}  // namespace hybrid_torch
