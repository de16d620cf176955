// SPDX-License-Identifier: BSD-3-Clause
#include "gemm.hpp"

#include "vector/kernels.hpp"

#ifdef HYBRID_HAVE_LIBXSMM
#include <libxsmm.h>
#endif

namespace hybrid_builtin {
namespace {

template <class Real>
using Kernel = void (*)(const Real *, const Real *, Real *, ...);

#ifdef HYBRID_HAVE_LIBXSMM
// libxsmm counts columns first: its m are our columns, its A is our a. Alpha and beta are given
// because its default for beta adds to c.
libxsmm_smmfunction dispatch(libxsmm_blasint m, libxsmm_blasint n, libxsmm_blasint k,
                             const libxsmm_blasint *lda, const libxsmm_blasint *ldb,
                             const libxsmm_blasint *ldc, const float *alpha, const float *beta) {
  return libxsmm_smmdispatch(m, n, k, lda, ldb, ldc, alpha, beta, nullptr, nullptr);
}
libxsmm_dmmfunction dispatch(libxsmm_blasint m, libxsmm_blasint n, libxsmm_blasint k,
                             const libxsmm_blasint *lda, const libxsmm_blasint *ldb,
                             const libxsmm_blasint *ldc, const double *alpha, const double *beta) {
  return libxsmm_dmmdispatch(m, n, k, lda, ldb, ldc, alpha, beta, nullptr, nullptr);
}

// Null where it has none for this CPU, or may not make code at run time.
template <class Real>
Kernel<Real> made_for(const GemmShape &shape) {
  const auto number = [](int64_t i) { return static_cast<libxsmm_blasint>(i); };
  const libxsmm_blasint lda = number(shape.lda), ldb = number(shape.ldb), ldc = number(shape.ldc);
  const Real alpha = 1, beta = shape.accumulate ? 1 : 0;
  return dispatch(number(shape.m), number(shape.n), number(shape.k), &lda, &ldb, &ldc, &alpha,
                  &beta);
}
#else
template <class Real>
Kernel<Real> made_for(const GemmShape &) {
  return nullptr;
}
#endif

}  // namespace

template <class Real>
Gemm<Real>::Gemm(const GemmShape &shape, bool portable)
    : kernel_(portable || is_restricted() ? nullptr : made_for<Real>(shape)), shape_(shape) {}

template <class Real>
void Gemm<Real>::operator()(const Real *a, const Real *b, Real *c) const {
  if (kernel_)
    kernel_(a, b, c);
  else
    kernels<Real>().product(shape_, a, b, c);
}

template class Gemm<float>;
template class Gemm<double>;

const char *gemm_library() {
#ifdef HYBRID_HAVE_LIBXSMM
  return is_restricted() ? "portable" : "libxsmm " LIBXSMM_VERSION;
#else
  return "portable";
#endif
}

}  // namespace hybrid_builtin
