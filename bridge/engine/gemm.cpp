// SPDX-License-Identifier: BSD-3-Clause
#include "gemm.hpp"

#include "vector/kernels.hpp"
#include "vector/parts.hpp"

#ifdef HYBRID_HAVE_LIBXSMM
#include <libxsmm.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#endif

namespace hybrid_builtin {
namespace {

template <class Real>
using Kernel = void (*)(const Real *, const Real *, Real *, ...);

constexpr bool surprise = true;

// Where no library of products can be had on this CPU, whatever is built in.
bool is_for_portable_only(GemmLibrary &found) {
  if (is_restricted())
    found = {"portable", "HYBRID_CPU asks for less than this CPU has", !surprise};
  else if (cpu() == Cpu::baseline)
    found = {"portable", "this CPU has no AVX2", !surprise};
  return found.why;
}

#ifdef HYBRID_HAVE_LIBXSMM
// A mapping of this process that may be executed.
bool is_executable(const void *address) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    unsigned long begin = 0, end = 0;
    char rights[5] = "";
    if (std::sscanf(line.c_str(), "%lx-%lx %4s", &begin, &end, rights) != 3) continue;
    const auto place = reinterpret_cast<unsigned long>(address);
    if (begin <= place && place < end) return rights[2] == 'x';
  }
  return false;
}

// libxsmm sets OMP_PROC_BIND for the process when it starts; an OpenMP library that is loaded later
// would bind the host's threads to one core.
void start_libxsmm() {
  constexpr char binding[] = "OMP_PROC_BIND";
  const bool host_has_one = std::getenv(binding) != nullptr;
  libxsmm_init();
  if (!host_has_one) unsetenv(binding);
}

// libxsmm takes its target and what it prints from the environment; here both are ours. Where a
// system denies memory that is written and executed it hands out kernels that cannot be called.
// Null if all is well.
const char *why_unusable() {
  start_libxsmm();
  libxsmm_set_verbosity(0);
  libxsmm_set_target_archid(cpu() == Cpu::avx512 ? LIBXSMM_X86_AVX512_CORE : LIBXSMM_X86_AVX2);
  const libxsmm_blasint n = 16;
  const float one = 1, zero = 0;
  const auto kernel = libxsmm_smmdispatch(n, n, n, &n, &n, &n, &one, &zero, nullptr, nullptr);
  if (!kernel) return "libxsmm makes no kernels on this machine";
  const bool callable = is_executable(reinterpret_cast<const void *>(kernel));
  return callable ? nullptr : "this system denies libxsmm memory to execute";
}

GemmLibrary chosen() {
  GemmLibrary found{};
  if (is_for_portable_only(found)) return found;
  if (const char *why = why_unusable()) return {"portable", why, surprise};
  return {"libxsmm " LIBXSMM_VERSION, nullptr, !surprise};
}

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

// Null where it has none.
template <class Real>
Kernel<Real> made_for(const GemmShape &shape) {
  if (gemm_library().why) return nullptr;
  const auto number = [](int64_t i) { return static_cast<libxsmm_blasint>(i); };
  const libxsmm_blasint lda = number(shape.lda), ldb = number(shape.ldb), ldc = number(shape.ldc);
  const Real alpha = 1, beta = shape.accumulate ? 1 : 0;
  return dispatch(number(shape.m), number(shape.n), number(shape.k), &lda, &ldb, &ldc, &alpha,
                  &beta);
}
#else
GemmLibrary chosen() {
  GemmLibrary found{};
  if (is_for_portable_only(found)) return found;
  return {"portable", "built without libxsmm", surprise};
}

template <class Real>
Kernel<Real> made_for(const GemmShape &) {
  return nullptr;
}
#endif

}  // namespace

template <class Real>
Gemm<Real>::Gemm(const GemmShape &shape, bool portable)
    : kernel_(portable ? nullptr : made_for<Real>(shape)), shape_(shape) {}

template <class Real>
void Gemm<Real>::operator()(const Real *a, const Real *b, Real *c) const {
  if (kernel_)
    kernel_(a, b, c);
  else
    kernels<Real>().product(shape_, a, b, c);
}

template class Gemm<float>;
template class Gemm<double>;

const GemmLibrary &gemm_library() {
  static const GemmLibrary library = chosen();
  return library;
}

}  // namespace hybrid_builtin
