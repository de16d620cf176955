// SPDX-License-Identifier: BSD-3-Clause
// What a fuzz target is: it is given any bytes, and may refuse them in words or take them. All
// else, an exception of another type too, ends the process, which is a finding.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
