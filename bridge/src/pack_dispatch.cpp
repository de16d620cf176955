// SPDX-License-Identifier: BSD-3-Clause
// Which loops this CPU can run. Asked here and not by the compiler's target_clones: those resolve
// while the library is being loaded, before a sanitizer is ready, and clang has none for templates.
#include <array>
#include <cstddef>

#include "pack_loops.hpp"

namespace hyb {

extern const PackLoops pack_plain, pack_avx2, pack_avx512;

namespace {

using Usable = std::array<const PackLoops *, 4>;

Usable find_usable() {
  Usable usable{&pack_plain};
#if defined(HYB_PACK_X86)
  std::size_t n = 1;
  if (__builtin_cpu_supports("avx2")) usable[n++] = &pack_avx2;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
    usable[n++] = &pack_avx512;
#endif
  return usable;
}

const PackLoops &find_best() {
  const PackLoops *const *last = usable_pack_loops();
  while (last[1]) ++last;
  return **last;
}

}  // namespace

const PackLoops *const *usable_pack_loops() {
  static const Usable usable = find_usable();
  return usable.data();
}

const PackLoops &pack_loops() {
  static const PackLoops &best = find_best();
  return best;
}

}  // namespace hyb
