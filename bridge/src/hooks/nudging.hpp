// SPDX-License-Identifier: BSD-3-Clause
// Newtonian relaxation towards values of a file (Hoke and Anthes 1976,
// doi:10.1175/1520-0493(1976)104<1551:TIONMB>2.0.CO;2): adds (target - state) / time scale to a
// tendency.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config_online.hpp"
#include "hooks/hook.hpp"
#include "hooks/series.hpp"

namespace hyb {

struct NudgingOptions {
  std::string where, input;
  size_t place = 0;                  // of the input
  double rate = 0;                   // what a difference of 1 in the file's unit adds
  bool bottom_up = false;            // the levels of the file
  int64_t first = 1, last = INT64_MAX, taper = 0;  // levels of the host
};

class Nudging : public Hook {
 public:
  Nudging(NudgingOptions options, std::unique_ptr<Series> target)
      : options_(std::move(options)), target_(std::move(target)), ready_(!target_->has_times()) {}

  void apply(const BlockValues &values, std::vector<FieldValues> &increments,
             std::vector<uint8_t> &veto) const override;
  bool remembers() const override { return false; }
  void begin(const Clock &clock) override;

 private:
  void check_block(const FieldValues &state, const FieldValues &added) const;
  double weight(int64_t level) const;

  NudgingOptions options_;
  std::unique_ptr<Series> target_;
  bool ready_;  // the step of the host has its target
};

std::unique_ptr<Hook> make_nudging(const HookConfig &config, ValueFields &fields, const Grid &grid,
                                   const std::string &plugins);

}  // namespace hyb
