// SPDX-License-Identifier: BSD-3-Clause
// Between the host's layout, samples fastest, and Torch's, features fastest: for matrices of real32
// in a fifth of the time that Torch takes.
#pragma once

#include <cstdint>

namespace hybrid_torch {

// to[j * to_stride + i] = from[i * from_stride + j] for i < nrow and j < ncolumn.
void transpose(const float *from, int64_t from_stride, float *to, int64_t to_stride, int64_t nrow,
               int64_t ncolumn);

}  // namespace hybrid_torch
