// SPDX-License-Identifier: BSD-3-Clause
// The files of Torch are zip archives. Torch reads them without looking at their check sums, so a
// flipped bit in a weight would go unnoticed into the model.
#pragma once

#include <string>
#include <vector>

namespace hybrid_torch {

// What messages call a file, and where its bytes are read.
struct File {
  std::string path, contents;
};

// Returns the names of all records, without the folder that Torch puts around them. Fails with
// HYB_ERROR_FILE if the file is not there, not whole, damaged, or has names that lead out of it;
// `expected` says what it should be.
std::vector<std::string> check_archive(const File &file, const std::string &expected);

// One record of an archive that was checked; fails with HYB_ERROR_FILE if there is none.
std::string record_of(const File &file, const std::string &name);

}  // namespace hybrid_torch
