// SPDX-License-Identifier: BSD-3-Clause
#include "hooks/make_plugin_hook.hpp"

#include <set>

#include "error.hpp"
#include "hooks/plugin_hook.hpp"
#include "json_table.hpp"
#include "plugin.hpp"
#include "text.hpp"

namespace hyb {
namespace {

// What it adds to is declared, so that nothing else can change; a veto needs no such field.
void check_targets(const HookConfig &config) {
  if (config.after == config.fields.empty())
    mismatch(HYB_ERROR_CONFIG, config.where + ": fields",
             config.after ? "the outputs that the hook adds to" : "none in phase 'before'",
             config.after ? "none" : listed(config.fields));
  std::set<std::string> seen;
  for (const std::string &name : config.fields)
    if (!seen.insert(name).second)
      mismatch(HYB_ERROR_CONFIG, config.where + ": fields", "each once",
               in_quotes(name) + " twice");
}

const hyb_hook *load_hook(const HookConfig &config, nlohmann::json &options,
                          const std::string &folders, const std::string &environment) {
  if (config.kind == "python") {
    if (!environment.empty() && !options.contains("environment"))
      options["environment"] = environment;
    return load_plugin<hyb_hook>("python", HYB_PLUGIN_HOOK, folders);
  }
  const std::string library = JsonTable(options, config.where, HYB_ERROR_CONFIG).text("library");
  options.erase("library");
  return reinterpret_cast<const hyb_hook *>(
      load_library(library, HYB_PLUGIN_HOOK, sizeof(hyb_hook), folders));
}

}  // namespace

std::unique_ptr<Hook> make_plugin_hook(const HookConfig &config, ValueFields &fields,
                                       const std::string &plugin_folders,
                                       const std::string &environment) {
  check_targets(config);
  nlohmann::json options = config.options;
  const hyb_hook *table = load_hook(config, options, plugin_folders, environment);
  return std::make_unique<PluginHook>(*table, config, options, fields);
}

}  // namespace hyb
