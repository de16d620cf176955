// SPDX-License-Identifier: BSD-3-Clause
// Included once for each CPU by what is compiled for several of them. Highway's own dispatch needs
// a shared library of it; this one needs its headers only. What is compiled for another CPU than
// the baseline is marked function by function, so nothing of it can be called on an older one.
#include <cstdint>

// Between the baseline and AVX2 there is nothing that still runs climate models.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4)
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
