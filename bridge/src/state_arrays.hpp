// SPDX-License-Identifier: BSD-3-Clause
// A snapshot as two plain arrays, for hosts that write it into a restart of their own. The first,
// the same on every rank, begins with a description of both.
#pragma once

#include <cstdint>
#include <vector>

#include "snapshot.hpp"

namespace hyb {

// Length of the first array.
int64_t described_length(const Snapshot &snapshot);

// `columns` is [nrow][ncol].
void write_arrays(const Snapshot &snapshot, double *shared, double *columns);

// Fails with HYB_ERROR_STATE where they are not what write_arrays wrote.
Snapshot read_arrays(const double *shared, int64_t nshared, const double *columns, int64_t nrow,
                     int64_t ncol);

}  // namespace hyb
