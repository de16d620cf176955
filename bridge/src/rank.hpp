// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

#include "hybrid.h"

namespace hyb {

// This process's rank: from the host's communicator through the host's own MPI, else from the
// environment that the launcher sets, else 0. The library links no MPI.
int32_t rank_of(const hyb_host &host);

// This process's number among those on its node, from the launcher's environment, else 0.
int32_t local_rank();

}  // namespace hyb
