// SPDX-License-Identifier: BSD-3-Clause
// The two matrices of one call: what the network reads and what it returns.
#pragma once

#include <cstdint>

#include "buffer.hpp"
#include "emulator.hpp"
#include "fields.hpp"
#include "pack.hpp"

namespace hyb {

class Batch {
 public:
  // `flip`: the host's levels run the other way than the emulator's.
  void open(const Emulator &emulator, bool flip, int64_t ncol);

  // Packs an input; returns how many of its values are not finite in the network's kind.
  int64_t put(const CardField &field, const HostArray &array);

  void run();

  // Where an output lies, levels in the host's order. Fails if a box emulator ran on other levels.
  Rows output(const Field &field) const;

 private:
  void set_levels(int64_t nlevel);
  Rows rows(void *matrix, int64_t nrow, const CardField &field) const;
  Rows column_rows(const CardField &field) const;
  void expand_columns();

  const Emulator *emulator_ = nullptr;
  bool flip_ = false;
  int64_t ncol_ = 0;
  int64_t nlevel_ = 0;   // of a box emulator: levels of this call, 0 until one is seen
  int64_t nsample_ = 0;
  Buffer x_, y_;
  Buffer columns_;  // box emulators: fields without levels, until the number of levels is known
};

}  // namespace hyb
