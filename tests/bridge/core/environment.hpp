// SPDX-License-Identifier: BSD-3-Clause
// The floating-point environment of a legacy host, and whether an entry leaves it alone.
#pragma once

#include <xmmintrin.h>

#include <cfenv>
#include <cstdint>

#include "fixture.hpp"

// All that a thread's floating-point units remember. Of the x87 only control and status words:
// fnstenv itself changes nothing else that lasts.
struct Environment {
  unsigned mxcsr;
  uint16_t control, status;

  static Environment now() {
    Environment environment{};
    environment.mxcsr = _mm_getcsr();
    __asm__ __volatile__("fnstcw %0" : "=m"(environment.control));
    __asm__ __volatile__("fnstsw %0" : "=m"(environment.status));
    return environment;
  }
  bool operator==(const Environment &other) const {
    return mxcsr == other.mxcsr && control == other.control && status == other.status;
  }
};

// Traps, rounding upwards, flush-to-zero, denormals-are-zero and a flag that was raised before.
struct LegacyHost {
  LegacyHost() {
    std::feholdexcept(&saved);
    std::fesetround(FE_UPWARD);
    std::feraiseexcept(FE_UNDERFLOW);
    feenableexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW);
    _mm_setcsr(_mm_getcsr() | 0x8040u);
  }
  ~LegacyHost() {
    std::fesetenv(&saved);
  }
  std::fenv_t saved;
};

// Calls an entry and compares the environment before and after it.
template <class Entry>
int32_t unchanged(Entry &&entry, int line) {
  const Environment before = Environment::now();
  const int32_t status = entry();
  const Environment after = Environment::now();
  if (!(before == after)) {
    ++check_failed_count;
    std::fprintf(stderr, "line %d: environment %x %x %x became %x %x %x\n", line, before.mxcsr,
                 before.control, before.status, after.mxcsr, after.control, after.status);
  }
  return status;
}
#define UNCHANGED(entry) unchanged([&] { return entry; }, __LINE__)
