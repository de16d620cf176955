// SPDX-License-Identifier: BSD-3-Clause
// A hook of the user's, in C or Python: a table of functions (hybrid_plugin.h).
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "config_online.hpp"
#include "error.hpp"
#include "hooks/addends.hpp"
#include "hooks/hook.hpp"
#include "hooks/hook_block.hpp"
#include "hybrid_plugin.h"

namespace hyb {

// What fails in a step is HYB_ERROR_GUARD, with the place in the configuration. It never leaves
// anything behind: no increments or vetoes, no changed state.
class PluginHook : public Hook {
 public:
  PluginHook(const hyb_hook &table, const HookConfig &config, const nlohmann::json &options,
             ValueFields &fields);

  void apply(const BlockValues &values, std::vector<FieldValues> &increments,
             std::vector<uint8_t> &veto) const override;

  Predictors predictors() const override { return {inputs_, {}}; }

  // Never fails, so that no rank is missed where all add up: the first sum is the number of ranks
  // on which it did, and `update` tells.
  size_t sums(const Samples &samples) override;
  void collect(const Samples &, Adder &adder) const override;
  void update(const Samples &samples, const std::vector<double> &totals) override;
  void take_back() override { restore(before_update_); }

  void state(State &state) override;

 private:
  struct Close {
    const hyb_hook *table;
    void operator()(void *hook) const;
  };
  using Handle = std::unique_ptr<void, Close>;

  // Runs a function of the plug-in, `what`. Its failures get a place, and `status` unless it is 0.
  template <class Work>
  void call(int32_t status, const char *what, Work &&work) const;
  Handle open(const HookConfig &config, const nlohmann::json &options,
              const ValueFields &fields) const;
  std::vector<size_t> read_fields(ValueFields &fields) const;
  void show_and_apply(const BlockValues &values, std::vector<FieldValues> &increments,
                      std::vector<uint8_t> &veto) const;
  std::unique_ptr<HookBlock> lent() const;
  void collect_once(const Samples &samples);
  void check_totals(const std::vector<double> &totals) const;
  std::vector<double> saved() const;
  void restore(const std::vector<double> &values);
  [[noreturn]] void take_back(const Error &error);

  const hyb_hook &table_;
  const std::string where_;
  const bool before_;
  const Handle hook_;
  const std::vector<size_t> inputs_;  // places in ValueFields
  HookSamples samples_;
  Addends addends_;
  std::vector<double> before_update_;  // its state
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<HookBlock>> blocks_;  // that no thread uses
};

}  // namespace hyb
