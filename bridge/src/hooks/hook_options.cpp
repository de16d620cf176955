// SPDX-License-Identifier: BSD-3-Clause
#include "hooks/hook_options.hpp"

#include <cmath>

#include "error.hpp"
#include "text.hpp"

namespace hyb {
namespace {

double number_of(const nlohmann::json &value) {
  if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
  return value.is_number() ? value.get<double>() : std::nan("");
}

}  // namespace

HookOptions::HookOptions(const nlohmann::json &options) {
  for (const auto &[name, value] : options.items())
    list_.push_back({kept(name), kept(value.dump()),
                     value.is_string() ? kept(value.get<std::string>()) : nullptr,
                     number_of(value), 0});
}

const char *HookOptions::kept(std::string text) {
  texts_.push_back(std::move(text));
  return texts_.back().c_str();
}

void HookOptions::finish(const std::string &where) const {
  std::vector<std::string> known;
  for (const hyb_option &option : list_)
    if (option.known) known.push_back(option.name);
  for (const hyb_option &option : list_)
    if (!option.known) fail(HYB_ERROR_CONFIG, where + ": " + unknown("key", option.name, known));
}

}  // namespace hyb
