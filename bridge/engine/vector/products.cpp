// SPDX-License-Identifier: BSD-3-Clause
// The portable matrix product: four rows of c and two vectors of columns at a time in registers.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "vector/products.cpp"
#include "vector/targets.hpp"

#include "vector/functions-inl.hpp"
#include "vector/parts.hpp"

HWY_BEFORE_NAMESPACE();
namespace hybrid_builtin {
namespace HWY_NAMESPACE {
namespace {

// Row by row of a, so that sums over k are in the same order for every column.
template <int rows, int vectors, class Real>
HWY_INLINE void block(const GemmShape &shape, const Real *a, const Real *b, Real *c) {
  const hn::ScalableTag<Real> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  Vector<decltype(d)> total[rows][vectors];
  for (int r = 0; r < rows; ++r)
    for (int v = 0; v < vectors; ++v)
      total[r][v] = shape.accumulate ? hn::Load(d, c + r * shape.ldc + v * lanes) : hn::Zero(d);
  for (int64_t k = 0; k < shape.k; ++k)
    for (int v = 0; v < vectors; ++v) {
      const auto x = hn::Load(d, a + k * shape.lda + v * lanes);
      for (int r = 0; r < rows; ++r)
        total[r][v] = hn::MulAdd(hn::Set(d, b[r * shape.ldb + k]), x, total[r][v]);
    }
  for (int r = 0; r < rows; ++r)
    for (int v = 0; v < vectors; ++v) hn::Store(total[r][v], d, c + r * shape.ldc + v * lanes);
}

template <int rows, class Real>
void panel(const GemmShape &shape, const Real *a, const Real *b, Real *c) {
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(hn::ScalableTag<Real>()));
  int64_t i = 0;
  for (; i + 2 * lanes <= shape.m; i += 2 * lanes) block<rows, 2>(shape, a + i, b, c + i);
  for (; i < shape.m; i += lanes) block<rows, 1>(shape, a + i, b, c + i);
}

template <class Real>
void product(const GemmShape &shape, const Real *a, const Real *b, Real *c) {
  int64_t n = 0;
  for (; n + 4 <= shape.n; n += 4) panel<4>(shape, a, b + n * shape.ldb, c + n * shape.ldc);
  for (; n < shape.n; ++n) panel<1>(shape, a, b + n * shape.ldb, c + n * shape.ldc);
}

}  // namespace

void products_real32(Kernels<float> &table) { table.product = product<float>; }
void products_real64(Kernels<double> &table) { table.product = product<double>; }

}  // namespace HWY_NAMESPACE
}  // namespace hybrid_builtin
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
HYBRID_DEFINE_PART(products)
#endif
