// SPDX-License-Identifier: BSD-3-Clause
// The hooks of a scheme in their order: cadence, ramp, limiter, dry run and policy, which are the
// same for every kind.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "buffer.hpp"
#include "config_online.hpp"
#include "guards/verdict.hpp"
#include "hooks/hook.hpp"

namespace hyb {

// What hooks need in one call; kept from call to call.
struct HookWork {
  std::vector<FieldValues> increments;  // of one hook, by target
  std::vector<Buffer> memory;           // theirs
  std::vector<FieldValues> added;       // of all hooks, by output; data null where there is none
  std::vector<Buffer> added_memory;
  std::vector<uint8_t> veto;
  std::vector<double> taking;   // by column: 1, or 0 where it is rejected and takes none
  std::vector<double> counted;  // of one target, as HookSlot::counters
};

// Told of what a hook did wrong.
using Objector = std::function<void(Policy, const std::string &)>;

// One hook and what the configuration says of it.
class HookSlot {
 public:
  // Of a row: values that something was added to, the sum of that and of its squares, and how often
  // it was limited.
  enum Counter { number, sum, squares, limited, ncounter };

  HookSlot(const HookConfig &config, std::unique_ptr<Hook> hook, const ValueFields &fields,
           size_t number);

  const std::string &name() const { return name_; }  // "hook 2 (ridge)"
  const HookConfig &config() const { return config_; }
  Hook &hook() { return *hook_; }
  size_t target() const { return targets_.at(0); }
  const std::vector<size_t> &targets() const { return targets_; }

  // Phase before: lets the hook veto columns.
  void veto(const BlockValues &values, HookWork &work, Verdict &verdict, const Objector &object);

  // Phase after: adds what the hook wants to the outputs. False if that is nothing; else `increments`
  // are what was added, and `taking` tells where.
  bool add(BlockValues &values, HookWork &work, Verdict &verdict, const Objector &object);

  // At the step boundary: learns from what the last step left, then moves the ramp.
  void learn(const Samples &samples, const Communicator &communicator, const Objector &object);
  void step(const Clock &clock, const Objector &object);

  // What was added to each target, ncounter for each row, and in phase before, behind those, how many
  // columns were vetoed; and such counters, of this process or of several, in words.
  std::vector<std::vector<double>> counters() const;
  size_t ncounters() const { return targets_.size() + (config_.after ? 0 : 1); }
  nlohmann::json told(const std::vector<std::vector<double>> &counters,
                      const ValueFields &fields) const;

  // How it is now, and what it knows.
  nlohmann::json describe() const { return {{"weight", weight_}, {"knows", hook_->describe()}}; }
  // What its state was made with: the emulator (its hash) where it learns, and options that say what it
  // learns; those that say what becomes of that may change.
  nlohmann::json made_with(const std::string &emulator) const;
  void state(State &state);

 private:
  bool idle() const { return weight_ == 0 && !config_.dry_run; }
  void make_room(const BlockValues &values, HookWork &work) const;
  bool run(const BlockValues &values, HookWork &work, Verdict &verdict, const Objector &object);
  void drop_not_finite(HookWork &work, const BlockValues &values, Verdict &verdict,
                       const Objector &object) const;
  void add_target(size_t target, BlockValues &values, HookWork &work) const;
  void count(size_t place, const std::vector<double> &counted);
  void size_counters(const BlockValues &values);

  HookConfig config_;
  std::unique_ptr<Hook> hook_;
  std::string name_;
  std::vector<size_t> targets_;  // places of the outputs
  std::vector<double> limits_;   // by target
  double weight_ = 1;            // of the ramp
  int64_t steps_ = 0;            // with samples, since the last update
  std::once_flag sized_;
  mutable std::mutex mutex_;
  std::vector<std::vector<double>> counters_;  // as `counters`
};

}  // namespace hyb
