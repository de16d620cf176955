// SPDX-License-Identifier: BSD-3-Clause
// The low-level interface: matrices straight into the network.
#pragma once

#include "emulator.hpp"

namespace hyb {

// x (sample, feature) and y (sample, output), physical values. In place where they are one batch
// that needs no padding, contiguous, aligned, and not normalised; else through a copy.
void run_directly(const Emulator &emulator, const hyb_view &x, const hyb_view &y);

}  // namespace hyb
