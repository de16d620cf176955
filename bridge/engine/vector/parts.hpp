// SPDX-License-Identifier: BSD-3-Clause
// The tables of kernels are filled in by parts, each a file compiled for several CPUs.
#pragma once

#include "kernels.hpp"

namespace hybrid_builtin {

enum class Cpu { baseline, avx2, avx512 };

// What this machine has, or less where HYBRID_CPU says so.
Cpu cpu();

void elementwise(Kernels<float> &table);
void elementwise(Kernels<double> &table);
void over_groups(Kernels<float> &table);
void over_groups(Kernels<double> &table);
void recurrent(Kernels<float> &table);
void recurrent(Kernels<double> &table);
void products(Kernels<float> &table);
void products(Kernels<double> &table);

}  // namespace hybrid_builtin

#if HWY_TARGETS & HWY_AVX3
#define HYBRID_ON_AVX512(call) \
  if (cpu() == Cpu::avx512) return N_AVX3::call;
#else
#define HYBRID_ON_AVX512(call)
#endif
#if HWY_TARGETS & HWY_AVX2
#define HYBRID_ON_AVX2(call) \
  if (cpu() == Cpu::avx2) return N_AVX2::call;
#else
#define HYBRID_ON_AVX2(call)
#endif

// The last of the targets is the baseline. Where an option like -march=native makes AVX2 or AVX-512
// the baseline, the others are not compiled.
#define HYBRID_DEFINE_PART(part)                                            \
  namespace hybrid_builtin {                                                \
  void part(Kernels<float> &table) {                                        \
    HYBRID_ON_AVX512(part##_real32(table))                                  \
    HYBRID_ON_AVX2(part##_real32(table))                                    \
    HWY_NAMESPACE::part##_real32(table);                                    \
  }                                                                         \
  void part(Kernels<double> &table) {                                       \
    HYBRID_ON_AVX512(part##_real64(table))                                  \
    HYBRID_ON_AVX2(part##_real64(table))                                    \
    HWY_NAMESPACE::part##_real64(table);                                    \
  }                                                                         \
  }
