// SPDX-License-Identifier: BSD-3-Clause
// The keys of a hook's own, as a plug-in is told of them.
#pragma once

#include <deque>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "hybrid_plugin.h"

namespace hyb {

class HookOptions {
 public:
  explicit HookOptions(const nlohmann::json &options);

  std::vector<hyb_option> &list() { return list_; }

  // Fails on the first option that the plug-in does not know.
  void finish(const std::string &where) const;

 private:
  const char *kept(std::string text);

  std::deque<std::string> texts_;  // whose addresses stay
  std::vector<hyb_option> list_;
};

}  // namespace hyb
