// SPDX-License-Identifier: BSD-3-Clause
// What the configuration says of guards, blending, audit, constraints and hooks.
#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "units.hpp"

namespace hyb {

class ConfigTable;

// What is drawn, by hash(seed, step, tile).
struct SampleConfig {
  double steps = 1.0;  // fraction of whole steps
  double tiles = 1.0;  // fraction of tiles of contiguous global columns
  int64_t tile_columns = 64;
  int64_t seed = 0;
};

// What becomes of a column that a guard, a constraint or a hook objects to.
enum class Policy {
  pass,    // nothing; it is counted
  clip,    // its values are brought to the limit
  blend,   // the further beyond the limit, the more of the native result
  native,  // it gets the native result
  stop     // so too, and the next step fails on every rank
};

const char *policy_name(Policy policy);

struct GuardConfig {
  bool declared = false;
  Policy policy = Policy::pass;
  // Of the width of a range: how far beyond it a value may lie, and how far beyond that a blend
  // reaches until it is all native.
  double margin = 0, blend_width = 0.1;
};

struct TendencyConfig {
  Quantity limit;
  std::string field;  // "": every output whose unit the limit can be converted to
  Policy policy = Policy::native;
  std::string where;
};

struct GuardsConfig {
  GuardConfig finite{true, Policy::native}, range;
  // Weather goes beyond what a few months of training saw: docs/online-measured.md has the numbers.
  GuardConfig training_range{false, Policy::pass, 0.25};
  std::vector<TendencyConfig> tendency;
  Policy constraint = Policy::native;  // where a constraint cannot be met
};

// a emulated + (1 - a) native. Levels are the host's, from 1.
struct BlendConfig {
  double weight = 1;          // a, when the ramp is over
  double start = 0, ramp = 0; // model time when the ramp begins, and how long it takes [s]
  int64_t first_level = 1, last_level = INT64_MAX;
  double south = -90, north = 90, taper = 0;  // latitudes where a is full, and where it has gone
  bool by_latitude = false;
};

struct AlarmConfig {
  double start = 0;  // model time [s] from which on audits count
  double slack = 1, threshold = 10;  // of the cumulative sum, in standard deviations of the score
  int64_t learn = 20;    // audits from which mean and deviation of the score are learnt
  int64_t recover = 5;   // audits below the mean + slack that end a fall back
  Policy policy = Policy::pass;  // or native: fall back until the score recovers, or stop
};

struct AuditConfig {
  SampleConfig sample;
  AlarmConfig alarm;
};

// Objects of the configuration that are read by whoever knows their kind.
struct ConstraintConfig {
  nlohmann::json object;
  std::string where;
};

struct HookConfig {
  std::string kind, where;
  bool after = true;           // phase
  std::vector<std::string> fields;  // outputs that it adds to; the first one is what it learns
  int64_t cadence = 1;         // steps from one update of its state to the next
  std::optional<Quantity> limit;  // of what it adds
  double start = 0, ramp = 0;  // [s]
  bool dry_run = false;        // counted, not added
  Policy policy = Policy::pass;  // where what it adds is not finite, or it fails: pass (add nothing),
                                 // native or stop
  enum class Source { none, audit, observe } learn = Source::none;
  nlohmann::json options;      // the keys of its kind
};

// What of guards their counters depend on: not what becomes of a column.
nlohmann::json counted_with(const GuardsConfig &guards);

SampleConfig read_sample(ConfigTable &table);
GuardsConfig read_guards(ConfigTable table);
BlendConfig read_blend(ConfigTable table);
AuditConfig read_audit(ConfigTable table);
std::vector<ConstraintConfig> read_constraints(ConfigTable &scheme);
std::vector<HookConfig> read_hooks(ConfigTable &scheme);

}  // namespace hyb
