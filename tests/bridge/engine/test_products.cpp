// SPDX-License-Identifier: BSD-3-Clause
// Matrix products: the library's kernels and the portable ones against sums written out.
#include <cmath>
#include <cstdio>
#include <limits>
#include <vector>

#include "check.h"
#include "gemm.hpp"

using namespace hybrid_builtin;

namespace {

template <class Real>
struct Matrix {
  Matrix(int64_t rows, int64_t ld, double seed)
      : storage(static_cast<size_t>(rows * ld) + 16) {
    for (size_t i = 0; i < storage.size(); ++i)
      storage[i] = static_cast<Real>(std::sin(seed + 0.7 * static_cast<double>(i)));
  }
  Real *data() {
    const auto address = reinterpret_cast<uintptr_t>(storage.data());
    return storage.data() + (64 - address % 64) % 64 / sizeof(Real);
  }
  std::vector<Real> storage;
};

template <class Real>
void product_is_the_sum(const GemmShape &shape, bool portable) {
  Matrix<Real> a(shape.k, shape.lda, 0.1), b(shape.n, shape.ldb, 0.2), c(shape.n, shape.ldc, 0.3);
  const std::vector<Real> before(c.data(), c.data() + shape.n * shape.ldc);
  Gemm<Real>(shape, portable)(a.data(), b.data(), c.data());
  for (int64_t n = 0; n < shape.n; ++n)
    for (int64_t m = 0; m < shape.ldc; ++m) {
      const double old = before[static_cast<size_t>(n * shape.ldc + m)];
      double sum = shape.accumulate || m >= shape.m ? old : 0.0;
      for (int64_t k = 0; m < shape.m && k < shape.k; ++k)
        sum += static_cast<double>(b.data()[n * shape.ldb + k]) *
               static_cast<double>(a.data()[k * shape.lda + m]);
      // k rounded additions of terms up to 1
      const double allowed = m < shape.m ? static_cast<double>(shape.k + 1) : 0.0;
      const double off = std::fabs(static_cast<double>(c.data()[n * shape.ldc + m]) - sum);
      if (!(off <= allowed * std::numeric_limits<Real>::epsilon())) {
        std::fprintf(stderr, "m %d n %d k %d: row %d column %d\n", static_cast<int>(shape.m),
                     static_cast<int>(shape.n), static_cast<int>(shape.k), static_cast<int>(n),
                     static_cast<int>(m));
        check_report(__FILE__, __LINE__, "product is the sum");
        return;
      }
    }
}

template <class Real>
void products_of_all_shapes() {
  for (const int64_t m : {16, 48, 128})
    for (const int64_t n : {1, 3, 4, 28, 65})
      for (const int64_t k : {1, 5, 34, 200})
        for (const bool accumulate : {false, true})
          for (const bool portable : {false, true})
            product_is_the_sum<Real>({m, n, k, m, k + 3, m, accumulate}, portable);
}

// Columns of a wider matrix; the others stay as they are.
void part_of_the_columns() {
  product_is_the_sum<float>({32, 20, 20, 96, 20, 64, false}, false);
  product_is_the_sum<float>({32, 20, 20, 96, 20, 64, false}, true);
}

// The same column at another place, in a wider tile: the same bits.
void bits_do_not_depend_on_the_tile() {
  for (const bool portable : {false, true}) {
    Matrix<float> a(124, 16, 0.4), b(60, 124, 0.5), narrow(60, 16, 0), wide_a(124, 64, 0),
        wide(60, 64, 0);
    for (int64_t k = 0; k < 124; ++k)
      for (int64_t m = 0; m < 64; ++m) wide_a.data()[k * 64 + m] = a.data()[k * 16 + m % 16];
    Gemm<float>({16, 60, 124, 16, 124, 16, false}, portable)(a.data(), b.data(), narrow.data());
    Gemm<float>({64, 60, 124, 64, 124, 64, false}, portable)(wide_a.data(), b.data(), wide.data());
    for (int64_t n = 0; n < 60; ++n)
      for (int64_t m = 0; m < 64; ++m)
        CHECK_EQ(wide.data()[n * 64 + m], narrow.data()[n * 16 + m % 16]);
  }
}

}  // namespace

int main() {
  products_of_all_shapes<float>();
  products_of_all_shapes<double>();
  part_of_the_columns();
  bits_do_not_depend_on_the_tile();
  return check_failures();
}
