// SPDX-License-Identifier: BSD-3-Clause
// What a network does, one after the other, on a tile of columns.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace hybrid_builtin {

enum class Base { arena, input, output };

// Where a value lies, whatever the number of columns: `offset` bytes for each column from the start
// of its memory, then row by row.
struct Place {
  Base base = Base::arena;
  int64_t offset = 0;
};

// A tile on its way through the network.
struct Frame {
  std::array<char *, 3> memory;  // by Base, 64-byte aligned
  int64_t columns;               // a multiple of 16
  size_t size;                   // columns / 16 - 1, for what was made for each number of columns

  template <class Real>
  Real *at(const Place &place, int64_t row = 0) const {
    char *start = memory[static_cast<size_t>(place.base)];
    return reinterpret_cast<Real *>(
        start + (place.offset + row * static_cast<int64_t>(sizeof(Real))) * columns);
  }
};

constexpr int64_t column_step = 16;

// Kernels for matrix products, one for each shape and number of columns.
struct KernelCount {
  int64_t all = 0, portable = 0;  // the second: wholly or in part
};

class Step {
 public:
  virtual ~Step() = default;
  virtual void run(const Frame &frame) const = 0;
  virtual void count(KernelCount &) const {}
};

// Every row of its result depends on the same row of its operands only, so that it can follow
// another step panel by panel, while the panel is in the cache.
class RowStep {
 public:
  virtual ~RowStep() = default;
  virtual void run(const Frame &frame, int64_t first, int64_t rows) const = 0;
};

using Chain = std::vector<std::unique_ptr<const RowStep>>;

inline void run_chain(const Chain &chain, const Frame &frame, int64_t first, int64_t rows) {
  for (const auto &step : chain) step->run(frame, first, rows);
}

}  // namespace hybrid_builtin
