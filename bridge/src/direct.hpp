// SPDX-License-Identifier: BSD-3-Clause
// The low-level interface: matrices straight into the network.
#pragma once

#include "emulator.hpp"

namespace hyb {

// x (sample, feature) and y (sample, output). In place where samples are contiguous and aligned;
// the samples that fill no whole tile, and any other layout, go through a copy.
void run_directly(const Emulator &emulator, const hyb_view &x, const hyb_view &y);

}  // namespace hyb
