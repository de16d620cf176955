// SPDX-License-Identifier: BSD-3-Clause
// Which loops this CPU can run. Asked here and not by the compiler's target_clones: those resolve
// while the library is being loaded, before a sanitizer is ready, and clang has none for templates.
#pragma once

#include <array>
#include <cstddef>

namespace hyb {

// The plain ones first, the best last; ends with null.
template <class Loops>
using UsableLoops = std::array<const Loops *, 4>;

template <class Loops>
UsableLoops<Loops> usable_loops(const Loops &plain, const Loops *avx2, const Loops *avx512) {
  UsableLoops<Loops> usable{&plain};
#if defined(HYB_LOOPS_X86)
  std::size_t n = 1;
  if (__builtin_cpu_supports("avx2")) usable[n++] = avx2;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
    usable[n++] = avx512;
#else
  (void)avx2, (void)avx512;
#endif
  return usable;
}

template <class Loops>
const Loops &best_of(const UsableLoops<Loops> &usable) {
  const Loops *const *last = usable.data();
  while (last[1]) ++last;
  return **last;
}

}  // namespace hyb
