// SPDX-License-Identifier: BSD-3-Clause
#include "batch_sizes.hpp"

#include "error.hpp"

namespace hyb {

using nlohmann::json;

void BatchSizes::count(int64_t nsample) noexcept {
  size_t power = 0;
  while (power + 1 < npower && (int64_t{1} << power) < nsample) ++power;
  samples_.fetch_add(nsample, std::memory_order_relaxed);
  inferences_[power].fetch_add(1, std::memory_order_relaxed);
}

std::vector<double> BatchSizes::counters() const {
  std::vector<double> counters = {static_cast<double>(samples_.load())};
  for (const auto &one : inferences_) counters.push_back(static_cast<double>(one.load()));
  return counters;
}

json BatchSizes::told(const std::vector<double> &counters) {
  int64_t inferences = 0;
  json sizes = json::array();
  for (size_t i = 1; i < counters.size(); ++i) {
    const int64_t n = static_cast<int64_t>(counters[i]), most = int64_t{1} << (i - 1);
    inferences += n;
    if (n > 0) sizes.push_back({{"from", most / 2 + 1}, {"to", most}, {"inferences", n}});
  }
  const int64_t samples = counters.empty() ? 0 : static_cast<int64_t>(counters[0]);
  return {{"inferences", inferences}, {"samples", samples}, {"sizes", sizes}};
}

void BatchSizes::state(State &state) {
  std::vector<double> values = counters();
  state.counters("batches", values);
  if (values.size() != 1 + npower)
    mismatch(HYB_ERROR_STATE, "batches", std::to_string(1 + npower) + " counters",
             std::to_string(values.size()));
  samples_ = static_cast<int64_t>(values[0]);
  for (size_t i = 0; i < npower; ++i) inferences_[i] = static_cast<int64_t>(values[1 + i]);
}

}  // namespace hyb
