// SPDX-License-Identifier: BSD-3-Clause
// Blocks, samples and clocks as a plug-in sees them. Their arrays stay where they are.
#pragma once

#include <cstdint>
#include <vector>

#include "hooks/samples.hpp"
#include "hybrid_plugin.h"
#include "values.hpp"

namespace hyb {

hyb_clock plugin_clock(const Clock &clock);

// What a plug-in is shown of a block, or of samples, and the lists that this needs: they keep their
// memory from one to the next. `inputs` are the places in ValueFields of what the hook reads.
class HookBlock {
 public:
  const hyb_block &show(const BlockValues &values, const std::vector<size_t> &inputs,
                        std::vector<FieldValues> &increments, std::vector<uint8_t> &veto,
                        bool before);

 private:
  hyb_block block_{};
  hyb_clock clock_{};
  std::vector<int64_t> columns_;
  std::vector<hyb_values> inputs_, outputs_;
  std::vector<hyb_increment> increments_;
  std::vector<uint8_t> rejected_;
};

class HookSamples {
 public:
  const hyb_samples &show(const Samples &samples, const std::vector<size_t> &inputs);

 private:
  hyb_samples samples_{};
  hyb_clock clock_{};
  std::vector<int64_t> columns_;
  std::vector<hyb_values> inputs_;
};

}  // namespace hyb
