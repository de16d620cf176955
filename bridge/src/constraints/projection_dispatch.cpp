// SPDX-License-Identifier: BSD-3-Clause
#include "constraints/projection_loops.hpp"

#include "loop_dispatch.hpp"

namespace hyb {

extern const ProjectionLoops projection_plain;
#if defined(HYB_LOOPS_X86)
extern const ProjectionLoops projection_avx2, projection_avx512;
#endif

namespace {

const UsableLoops<ProjectionLoops> &usable() {
#if defined(HYB_LOOPS_X86)
  static const auto usable =
      usable_loops<ProjectionLoops>(projection_plain, &projection_avx2, &projection_avx512);
#else
  static const auto usable = usable_loops<ProjectionLoops>(projection_plain, nullptr, nullptr);
#endif
  return usable;
}

}  // namespace

const ProjectionLoops *const *usable_projection_loops() { return usable().data(); }

const ProjectionLoops &projection_loops() {
  static const ProjectionLoops &best = best_of(usable());
  return best;
}

}  // namespace hyb
