// SPDX-License-Identifier: BSD-3-Clause
// What the statistics say of the increments of a hook: by field and by level.
#include <cmath>

#include "check.h"
#include "hooks/pipeline.hpp"

namespace {

using hyb::FieldValues;
using hyb::HookSlot;

constexpr int64_t ncol = 5, nlevel = 3;

// Adds the number of the level plus that of the column.
class Adding : public hyb::Hook {
 public:
  void apply(const hyb::BlockValues &, std::vector<FieldValues> &increments,
             std::vector<uint8_t> &) const override {
    for (int64_t row = 0; row < increments[0].nrow(); ++row)
      for (int64_t i = 0; i < increments[0].ncol; ++i)
        increments[0].row(row)[i] = static_cast<double>(row + i);
  }
};

struct Block {
  std::vector<double> memory = std::vector<double>(ncol * nlevel, 100.0);
  hyb::BlockValues values;
  hyb::HookWork work;
  hyb::Verdict verdict;

  Block() {
    values.ncol = ncol;
    values.outputs.push_back({memory.data(), nlevel, 1, ncol});
    verdict.begin(ncol);
    work.added.resize(1);
    work.added_memory.resize(1);
  }
};

hyb::ValueFields fields() {
  hyb::ValueFields fields;
  fields.outputs.push_back({"heating_rate", "K s-1"});
  return fields;
}

hyb::HookConfig config() {
  hyb::HookConfig config;
  config.kind = "adding";
  config.fields = {"heating_rate"};
  return config;
}

nlohmann::json added_by(HookSlot &slot, Block &block) {
  slot.add(block.values, block.work, block.verdict,
           [](hyb::Policy, const std::string &text) { CHECK_EQ(text, ""); });
  return slot.told(slot.counters(), fields());
}

void mean_and_size_are_told_by_level() {
  HookSlot slot(config(), std::make_unique<Adding>(), fields(), 1);
  Block block;
  const nlohmann::json added = added_by(slot, block)["added"]["heating_rate"];
  CHECK_EQ(added["unit"], "K s-1");
  CHECK_EQ(added["n"], 15.0);
  CHECK_EQ(added["mean"], 3.0);
  CHECK_EQ(added["limited"], 0.0);
  CHECK_EQ(added["rows"].size(), 3u);
  for (size_t row = 0; row < 3; ++row) {
    const double r = static_cast<double>(row);
    CHECK_EQ(added["rows"][row]["mean"], 2.0 + r);
    CHECK(std::fabs(added["rows"][row]["rms"].get<double>() -
                    std::sqrt((2 + r) * (2 + r) + 2)) < 1e-12);  // variance of 0 to 4 is 2
  }
  CHECK_EQ(block.memory[0], 100.0);
  CHECK_EQ(block.memory[ncol * nlevel - 1], 106.0);
}

void rejected_columns_and_limits_count_as_what_they_are() {
  hyb::HookConfig limited = config();
  limited.limit = hyb::Quantity{2.5, "K s-1"};
  HookSlot slot(limited, std::make_unique<Adding>(), fields(), 1);
  Block block;
  block.verdict.reject(0);
  const nlohmann::json rows = added_by(slot, block)["added"]["heating_rate"]["rows"];
  CHECK_EQ(rows[0]["n"], 4.0);
  CHECK_EQ(rows[0]["limited"], 2.0);  // 3 and 4
  CHECK_EQ(rows[0]["mean"], (1 + 2 + 2.5 + 2.5) / 4);
}

void a_dry_run_is_counted_and_not_added() {
  hyb::HookConfig dry = config();
  dry.dry_run = true;
  HookSlot slot(dry, std::make_unique<Adding>(), fields(), 1);
  Block block;
  CHECK_EQ(added_by(slot, block)["added"]["heating_rate"]["mean"], 3.0);
  CHECK_EQ(block.memory[ncol * nlevel - 1], 100.0);
}

// Its length is that of a restart from the first call on, whether anything is added yet or not.
void a_hook_that_waits_has_its_counters() {
  hyb::HookConfig waiting = config();
  waiting.start = 86400;
  waiting.ramp = 86400;
  HookSlot slot(waiting, std::make_unique<Adding>(), fields(), 1);
  CHECK_EQ(slot.counters().at(0).size(), 0u);
  Block block;
  CHECK(!added_by(slot, block).contains("added"));
  CHECK_EQ(slot.counters().at(0).size(), 3u * HookSlot::ncounter);
}

void other_lists_of_counters_do_no_harm() {
  const HookSlot slot(config(), std::make_unique<Adding>(), fields(), 1);
  CHECK(!slot.told({{}}, fields()).contains("added"));
  CHECK(!slot.told({{1, 2}}, fields()).contains("added"));  // half a row
}

}  // namespace

int main() {
  mean_and_size_are_told_by_level();
  rejected_columns_and_limits_count_as_what_they_are();
  a_dry_run_is_counted_and_not_added();
  a_hook_that_waits_has_its_counters();
  other_lists_of_counters_do_no_harm();
  return check_failures();
}
