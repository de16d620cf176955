// SPDX-License-Identifier: BSD-3-Clause
// Small matrix products with columns fastest: the one thing of the engine that comes from a kept
// library (libxsmm), with a portable stand-in.
#pragma once

#include <cstdint>

namespace hybrid_builtin {

// c[n][m] = b[n][k] a[k][m], or with `accumulate` added to c. The rows of a, b and c are lda, ldb
// and ldc elements apart; a and c are features x columns, b is a weight (out, in) as torch has it.
struct GemmShape {
  int64_t m, n, k, lda, ldb, ldc;
  bool accumulate;
};

// A kernel made for one shape when it is constructed, cheap to copy, safe on any thread.
template <class Real>
class Gemm {
 public:
  Gemm() = default;
  explicit Gemm(const GemmShape &shape, bool portable = false);
  void operator()(const Real *a, const Real *b, Real *c) const;
  bool is_portable() const { return !kernel_; }

 private:
  using Kernel = void (*)(const Real *, const Real *, Real *, ...);
  Kernel kernel_ = nullptr;  // null: the portable one
  GemmShape shape_{};
};

// What makes the products in this process: "libxsmm 1.17", or "portable" and why.
struct GemmLibrary {
  const char *name;
  const char *why;   // null with a library
  bool is_surprise;  // the library would run on this CPU, and nobody asked for less
};
const GemmLibrary &gemm_library();

}  // namespace hybrid_builtin
