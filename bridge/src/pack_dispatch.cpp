// SPDX-License-Identifier: BSD-3-Clause
#include "pack_loops.hpp"

#include "loop_dispatch.hpp"

namespace hyb {

extern const PackLoops pack_plain;
#if defined(HYB_LOOPS_X86)
extern const PackLoops pack_avx2, pack_avx512;
#endif

namespace {

const UsableLoops<PackLoops> &usable() {
#if defined(HYB_LOOPS_X86)
  static const auto usable = usable_loops<PackLoops>(pack_plain, &pack_avx2, &pack_avx512);
#else
  static const auto usable = usable_loops<PackLoops>(pack_plain, nullptr, nullptr);
#endif
  return usable;
}

}  // namespace

const PackLoops *const *usable_pack_loops() { return usable().data(); }

const PackLoops &pack_loops() {
  static const PackLoops &best = best_of(usable());
  return best;
}

}  // namespace hyb
