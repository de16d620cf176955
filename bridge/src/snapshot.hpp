// SPDX-License-Identifier: BSD-3-Clause
// What a domain knows at one moment: all arrays of its state, by name. Copies, so that they can be
// written, or put back.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "communicator.hpp"
#include "state.hpp"

namespace hyb {

struct StateArray {
  std::string name;
  bool by_column = false;
  int64_t nrow = 0;            // or values, if it is not by column
  std::vector<double> values;  // by column: [row][column of this process]
  bool counts = false;         // to be added up over ranks
};

// Visits everything that has state.
using Visit = std::function<void(State &)>;

struct Snapshot {
  std::vector<StateArray> arrays;

  int64_t nshared() const;  // values that are the same on every rank
  int64_t nrow() const;     // rows of values by column
};

// Collective: a rank that has no columns, or no values in them yet, has as many rows as the others.
Snapshot snapshot_of(const Visit &visit, const Communicator &communicator, int64_t ncol);

// Of this process alone, nothing added up: for giving it back.
Snapshot own_snapshot(const Visit &visit, int64_t ncol);

// Replaces the state by `wanted`. Fails with HYB_ERROR_STATE if that has other arrays, and then
// nothing has changed on any rank. Collective.
void restore(const Snapshot &wanted, const Visit &visit, const Communicator &communicator,
             int64_t ncol);

}  // namespace hyb
