// SPDX-License-Identifier: BSD-3-Clause
// This process among the others, by what can be asked without knowing the host's MPI.
#pragma once

#include <cstdint>

namespace hyb {

// Through the Fortran functions of the host's MPI, whose handles are integers in every MPI; `other`
// where it has none.
int32_t fortran_rank(int32_t comm, int32_t other);
int32_t fortran_size(int32_t comm, int32_t other);

// From the environment that the launcher sets, else 0 and 1.
int32_t launched_rank();
int32_t launched_size();

// This process's number among those on its node, from the launcher's environment, else 0.
int32_t local_rank();

}  // namespace hyb
