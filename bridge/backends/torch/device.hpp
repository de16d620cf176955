// SPDX-License-Identifier: BSD-3-Clause
// Where a network computes, as a configuration says it.
#pragma once

#include <c10/core/Device.h>

#include <string>

namespace hybrid_torch {

struct Place {
  c10::Device device = c10::kCPU;
  bool in_flight = false;  // batches are submitted and waited for, rather than run on the spot
};

// "cpu"; "auto": the accelerator if there is one, else the CPU; an accelerator of Torch, with its
// index ("cuda:1") or without: then each process of a node takes the next by its local rank;
// "cpu:async": the way of an accelerator on the CPU, for tests. Fails with HYB_ERROR_CONFIG.
Place place_of(const std::string &device, int32_t local_rank);

}  // namespace hybrid_torch
