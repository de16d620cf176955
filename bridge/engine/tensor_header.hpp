// SPDX-License-Identifier: BSD-3-Clause
// The header of a .safetensors file: which bytes of the data are which tensor.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tensor_file.hpp"

namespace hybrid_builtin {

// Name, dtype and shape of an entry; no numbers yet. `what` begins the messages.
Tensor read_tensor(const std::string &what, const std::string &name, const nlohmann::json &entry);

// Where the numbers are; within `size` bytes, and as many as the tensor has.
ByteRange read_range(const std::string &what, const nlohmann::json &entry, uint64_t size,
                     const Tensor &tensor);

// The format has neither overlaps nor holes.
void check_covered(const std::string &path, std::vector<ByteRange> ranges, uint64_t size);

}  // namespace hybrid_builtin
