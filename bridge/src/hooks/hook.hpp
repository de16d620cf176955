// SPDX-License-Identifier: BSD-3-Clause
// Code at a phase of a call, with its own restartable state. Cadence, limiter, ramp, dry run and
// policy are the library's, the same for all kinds.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "hooks/samples.hpp"
#include "reproducible_sums.hpp"
#include "state.hpp"
#include "values.hpp"

namespace hyb {

class Hook {
 public:
  virtual ~Hook() = default;

  // ---- In a call. Any number of threads at once, so nothing of the hook changes.

  // What it wants added to its targets: `increments` come as zeros, by target, shaped like the
  // target's values in the block. In phase `before` there are none yet; `veto` marks columns (1)
  // that are to have the native result. What it leaves in rejected columns means nothing.
  virtual void apply(const BlockValues &values, std::vector<FieldValues> &increments,
                     std::vector<uint8_t> &veto) const = 0;

  // ---- At the step boundary. Serial, on every rank, in the same order.

  // The fields whose samples it learns by, beside `wanted`; places in ValueFields.
  struct Predictors {
    std::vector<size_t> inputs, outputs;
  };
  virtual Predictors predictors() const { return {}; }

  // How many sums it needs over the columns of all ranks. Does not fail: others would wait.
  virtual size_t sums(const Samples &) { return 0; }

  // Gives what is to be added up. Called twice for the same samples.
  virtual void collect(const Samples &, Adder &) const {}

  // The only place where its state changes. `totals` are those sums, of the same samples.
  virtual void update(const Samples &, const std::vector<double> &) {}

  // A step begins: what `apply` needs for it is fetched now. Not state; may read files, and fail.
  virtual void begin(const Clock &) {}

  virtual void state(State &) {}

  // Whether its state depends on its options.
  virtual bool remembers() const { return true; }

  // What it knows, for the statistics.
  virtual nlohmann::json describe() const { return nlohmann::json::object(); }
};

}  // namespace hyb
