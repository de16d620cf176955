// SPDX-License-Identifier: BSD-3-Clause
// A host's way through all its columns in blocks, with a native routine beside the emulator.
#pragma once

#include <memory>
#include <string>

#include "contest.hpp"

namespace hybrid_bench {

struct PassJob {
  std::string tables;          // of the configuration, besides the emulator's
  std::vector<Field> also;     // fields that are put beside the emulator's inputs
  int64_t columns, block;      // of a pass; the latter divides the former
  int64_t spoilt = 0;          // columns of each block whose first input is out of all ranges
  double native = 0;           // [s] of the native routine in a block; 0: there is none
  bool steps = false;          // a step ends each pass
  int64_t learning_steps = 0;  // passes with a step before: then none until one is not audited
  bool same_results = false;   // as the first contender
};

PassJob pass_of(const nlohmann::json &job);

std::unique_ptr<Contender> pass(const Network &network, const Emulator &emulator,
                                const PassJob &job);

}  // namespace hybrid_bench
