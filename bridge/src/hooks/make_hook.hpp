// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <string>

#include "config_online.hpp"
#include "hooks/hook.hpp"

namespace hyb {

// The hook that the configuration asks for; `fields` gets what it reads.
std::unique_ptr<Hook> make_hook(const HookConfig &config, ValueFields &fields, const Grid &grid,
                                const std::string &plugins);

}  // namespace hyb
