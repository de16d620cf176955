// SPDX-License-Identifier: BSD-3-Clause
// Whether a kernel has the bits of the portable one, tried on made-up numbers.
#pragma once

#include <cstdint>
#include <vector>

#include "products.hpp"

namespace hybrid_builtin {

template <class Real>
class KernelTrial {
 public:
  KernelTrial(const KernelShape &shape, int64_t tile);

  // For that many columns, at most a tile: the library's kernel if its bits are right, or two of
  // them side by side, or the portable one.
  Parts<Real> parts(int64_t columns);

 private:
  GemmShape shape_of(int64_t columns, int64_t ld) const;
  bool is_right(const Parts<Real> &parts, int64_t columns);

  const KernelShape shape_;
  const int64_t tile_;
  std::vector<Real> weight_, x_, y_, expected_;
};

}  // namespace hybrid_builtin
