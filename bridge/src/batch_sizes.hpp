// SPDX-License-Identifier: BSD-3-Clause
// How many samples went into each inference.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "state.hpp"

namespace hyb {

class BatchSizes {
 public:
  // From any number of threads at once. An inference is far longer than what this costs.
  void count(int64_t nsample) noexcept;

  // Samples, then inferences by the power of two that the size is at most.
  std::vector<double> counters() const;

  // Such counters in words, of this process or of several.
  static nlohmann::json told(const std::vector<double> &counters);

  void state(State &state);

 private:
  static constexpr size_t npower = 22;  // a batch has at most 2^20 samples

  std::atomic<int64_t> samples_{0};
  std::array<std::atomic<int64_t>, npower> inferences_{};
};

}  // namespace hyb
