// SPDX-License-Identifier: BSD-3-Clause
// What the TOML file says, checked: every key known, every value of its type and in its range.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config_online.hpp"

namespace hyb {

enum class Mode { native, record, shadow, replay, emulate, blend, correct };

const char *mode_name(Mode mode);

// Whether a mode has an emulator.
bool infers(Mode mode);

struct EmulatorConfig {
  std::string path;
  std::string backend;          // "" : from the file's suffix
  std::string device = "cpu";   // or "auto", or an accelerator such as "cuda" or "cuda:1"
  std::string precision = "float32";
  int64_t columns = 512;        // of one inference; larger batches are tiled
  bool columns_declared = false;  // by the file; else a backend must not count on large batches
  int32_t threads = 1;          // of one inference
  std::string environment;      // Python: prefix of a virtual environment
  std::string function = "emulate";
  std::string sha256;           // of the file, in lower case; "": any
};

struct RecordConfig {
  std::string path = "{scheme}.{rank}.nc";
  SampleConfig sample;
  bool replace = false;         // a file that is there already; else it is refused
  bool real32 = false;          // else the host's kind
  int64_t buffer = int64_t{256} << 20;
  bool stop = false;            // policy when a recording fails
  int32_t compression = 0;
  int64_t patience = 120;       // seconds without progress until a file system counts as lost
};

struct ReplayConfig {
  std::string path;             // may hold wildcards: one file per rank
  bool check = true;            // compare inputs with the recorded ones
};

struct FieldConfig {
  std::string name, unit, role, dims;
};

struct SchemeConfig {
  std::string name;
  Mode mode = Mode::native;
  EmulatorConfig emulator;
  std::optional<RecordConfig> record;
  std::optional<ReplayConfig> replay;
  GuardsConfig guard;
  BlendConfig blend;
  std::optional<AuditConfig> audit;
  std::vector<ConstraintConfig> constraints;
  std::vector<HookConfig> hooks;
  std::string coupled;          // scheme whose rejections in a step are this one's too, "" : none
  int64_t seed = 0;             // of the noise of a stochastic emulator
  bool noise_is_put = false;    // by the host; else it is drawn
  std::vector<FieldConfig> fields;
  std::vector<std::string> unused;  // outputs of the card that the host does not take
};

struct DomainConfig {
  std::string log, statistics, plugins;
  bool require_sha256 = false;  // of every emulator
  int64_t report_steps = 0;     // steps from one record of the statistics to the next, 0: none
  bool restart_adapts = false;  // to another configuration; else it is refused
  std::map<std::string, SchemeConfig> schemes;
};

DomainConfig read_config(const std::string &path);
DomainConfig parse_config(const std::string &text);

// The keys of a scheme's table that concern an emulator, as a table of their own.
EmulatorConfig parse_emulator_options(const std::string &text);

}  // namespace hyb
