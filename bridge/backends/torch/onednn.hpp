// SPDX-License-Identifier: BSD-3-Clause
// Products of matrices by oneDNN instead of the BLAS that Torch was built with, which takes slower
// code on CPUs of other makers than its own.
#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <cstdint>

namespace hybrid_torch {

// Puts oneDNN's linear layers, with weights packed for `nsample` samples, in the place of the
// constant real32 ones of a frozen graph; a relu that follows goes into them. False if there are
// none, or this Torch has no oneDNN.
bool use_onednn(torch::jit::Graph &graph, int64_t nsample);

}  // namespace hybrid_torch
