// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <string>

#include "config_online.hpp"
#include "hooks/hook.hpp"
#include "values.hpp"

namespace hyb {

// A hook of kind "python" or "c". `plugin_folders` are those of the domain; `environment` is the
// scheme's for Python, "" for none: the hook's own key goes first.
std::unique_ptr<Hook> make_plugin_hook(const HookConfig &config, ValueFields &fields,
                                       const std::string &plugin_folders,
                                       const std::string &environment);

}  // namespace hyb
