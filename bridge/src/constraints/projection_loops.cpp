// SPDX-License-Identifier: BSD-3-Clause
// Compiled once for each instruction set, HYB_LOOPS being its name, with all that it includes but
// the declarations. Products and sums are never contracted (-ffp-contract=off): bits would depend
// on the CPU.
#include "constraints/lane_rows.hpp"
#include "constraints/search.hpp"

namespace hyb {
namespace {

bool project(const ProjectionProblem &problem, const ProjectionTask &task,
             const ProjectionResult &result) {
  return Search(problem, task).run(result);
}

}  // namespace

#define HYB_TEXT(x) #x
#define HYB_NAME(x) HYB_TEXT(x)
extern const ProjectionLoops HYB_LOOPS;
const ProjectionLoops HYB_LOOPS = {
    HYB_NAME(HYB_LOOPS), gather, integrate, tighten, check_bounds, project, add_difference,
    divide};

}  // namespace hyb
