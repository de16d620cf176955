// SPDX-License-Identifier: BSD-3-Clause
// A snapshot in a file, one for all ranks.
#pragma once

#include <string>

#include "communicator.hpp"
#include "grid.hpp"
#include "snapshot.hpp"

namespace hyb {

// `{rank}` in a path makes it a file of each rank, with its own columns. Without it a domain of
// several processes needs a communicator. Both are collective, and fail on all ranks or on none; a
// former file stays if the new one cannot be written.
void save_restart(const std::string &path, const Snapshot &snapshot,
                  const Communicator &communicator, const Grid &grid, const std::string &plugins);

// Under any number of ranks. Fails unless the file has the columns of the domain.
Snapshot load_restart(const std::string &path, const Communicator &communicator, const Grid &grid,
                      const std::string &plugins);

}  // namespace hyb
