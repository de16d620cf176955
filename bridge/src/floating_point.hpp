// SPDX-License-Identifier: BSD-3-Clause
// Legacy hosts run with floating-point traps on, with flush-to-zero, or both. Every entry that
// touches host reals works in the default environment and puts the host's back: traps, rounding,
// flush-to-zero and the accrued exception flags.
#pragma once

#include <cfenv>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace hyb {

// For our own packing code, which is compiled to SSE/AVX only: 5 ns instead of 60.
class VectorUnitGuard {
 public:
#if defined(__SSE2__)
  VectorUnitGuard() : saved_(_mm_getcsr()) { _mm_setcsr(default_mxcsr); }
  ~VectorUnitGuard() { _mm_setcsr(saved_); }

 private:
  static constexpr unsigned default_mxcsr = 0x1f80;  // all masked, to nearest, denormals kept
  unsigned saved_;
#else
  VectorUnitGuard() {
    std::feholdexcept(&saved_);
    std::fesetround(FE_TONEAREST);
  }
  ~VectorUnitGuard() { std::fesetenv(&saved_); }

 private:
  std::fenv_t saved_;
#endif
  VectorUnitGuard(const VectorUnitGuard &) = delete;
  VectorUnitGuard &operator=(const VectorUnitGuard &) = delete;
};

// For code of others (backends, plug-in loading), which may use any unit. feholdexcept does not
// clear flush-to-zero, hence the second guard.
class FloatingPointGuard {
 public:
  FloatingPointGuard() {
    std::feholdexcept(&saved_);
    std::fesetround(FE_TONEAREST);
  }
  ~FloatingPointGuard() { std::fesetenv(&saved_); }

 private:
  FloatingPointGuard(const FloatingPointGuard &) = delete;
  FloatingPointGuard &operator=(const FloatingPointGuard &) = delete;

  VectorUnitGuard vector_unit_;  // first, so that it restores last
  std::fenv_t saved_;
};

}  // namespace hyb
