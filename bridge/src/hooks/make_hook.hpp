// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <string>

#include "config_online.hpp"
#include "grid.hpp"
#include "hooks/hook.hpp"
#include "values.hpp"

namespace hyb {

// The hook that the configuration asks for. Asks `fields` for what it reads; `plugins` are the folders
// of plug-ins, `environment` the Python environment of the scheme's emulator.
std::unique_ptr<Hook> make_hook(const HookConfig &config, ValueFields &fields, const Grid &grid,
                                const std::string &plugins, const std::string &environment);

}  // namespace hyb
