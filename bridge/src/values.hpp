// SPDX-License-Identifier: BSD-3-Clause
// What operators on a block (constraints, hooks) work with: physical values in real64, whatever the
// kinds of host and network, levels in the host's order.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "clock.hpp"
#include "grid.hpp"

namespace hyb {

// The values of one field, [species][level][column]. An axis that a field does not have is 1 long;
// a value for all columns is repeated over them.
struct FieldValues {
  double *data = nullptr;  // null: the call has none
  int64_t nlevel = 1, nspecies = 1, ncol = 0;

  int64_t nrow() const { return nspecies * nlevel; }
  double *row(int64_t row) const { return data + row * ncol; }
  double *row(int64_t species, int64_t level) const { return row(species * nlevel + level); }
};

// A field that operators ask for. Its place in the list is its place in BlockValues. Shapes may not
// be known before the first arrays arrive.
struct ValueField {
  std::string name, unit;
  bool is_flag = false;
  int64_t nlevel = 0, nspecies = 0;  // of outputs, by the card; 0: not known before the first array
};

// The fields that the operators of a scheme read and write. Every output of the card is there from
// the start; inputs are added as somebody asks for them, and need not be inputs of the emulator.
struct ValueFields {
  std::vector<ValueField> inputs, outputs;
  std::vector<ValueField> known;  // inputs whose unit is known, asked for or not

  // Its place, from 0; adds it where nobody asked before.
  size_t input(const std::string &name);

  // Its place; fails with `status` and `where` if the scheme has no such output.
  size_t output(const std::string &name, int32_t status, const std::string &where) const;
};

// One block. Columns that are rejected hold anything, NaN too, and are left alone.
struct BlockValues {
  int64_t first = 1, ncol = 0;     // of the domain's columns, from 1
  bool bottom_up = false;          // where level 1 is in the host's arrays
  const Clock *clock = nullptr;
  const Grid *grid = nullptr;
  std::vector<FieldValues> inputs, outputs;  // by place in ValueFields
  std::vector<FieldValues> emulated;         // outputs before any hook; empty: none has changed
  std::vector<uint8_t> rejected;             // by column
  std::vector<double> most;                  // by output: the largest number of the host's kind

  const std::vector<FieldValues> &before_hooks() const {
    return emulated.empty() ? outputs : emulated;
  }
};

}  // namespace hyb
