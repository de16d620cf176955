// SPDX-License-Identifier: BSD-3-Clause
// What a recording says of the run that made it: by this a replay finds out why it differs.
#include "recorder.hpp"
#include "scheme.hpp"

namespace hyb {
namespace {

// Guards that change the network's values.
std::string clipping(const GuardsConfig &guards) {
  std::string names;
  for (const auto &[guard, name] : {std::pair{&guards.range, "range"},
                                    std::pair{&guards.training_range, "training_range"}})
    if (guard->declared && guard->policy == Policy::clip)
      names += (names.empty() ? "" : " ") + std::string(name);
  return names;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> Scheme::attributes() const {
  std::vector<std::pair<std::string, std::string>> about = {
      {"mode", mode_name(mode())}, {"kind", config_.record->real32 ? "real32" : "host"}};
  if (!infers()) return about;
  const EmulatorConfig &config = config_.emulator;
  about.insert(about.end(), {{"emulator", emulator_->card().name},
                             {"emulator_file", file_.path},
                             {"emulator_sha256", file_.sha256},
                             {"backend", emulator_->backend()},
                             {"device", config.device},
                             {"precision", config.precision},
                             {"batch_columns", std::to_string(config.columns)},
                             {"clipping_guards", clipping(config_.guard)}});
  return about;
}

}  // namespace hyb
