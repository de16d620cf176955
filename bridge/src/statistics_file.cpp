// SPDX-License-Identifier: BSD-3-Clause
#include "statistics_file.hpp"

#include <filesystem>

#include "error.hpp"
#include "plugin.hpp"
#include "statistics_table.hpp"
#include "text.hpp"
#include "whole_file.hpp"

namespace hyb {
namespace {

bool is_netcdf(const std::string &path) { return std::filesystem::path(path).extension() == ".nc"; }

const hyb_storage &storage_of(const std::string &plugins) {
  const hyb_storage &storage = *load_plugin<hyb_storage>("netcdf", HYB_PLUGIN_STORAGE, plugins);
  if (!storage.save_table)
    mismatch(HYB_ERROR_PLUGIN, "plug-in 'netcdf'", "a function save_table", "none");
  return storage;
}

void write_netcdf(const std::string &path, const std::string &statistics,
                  const std::string &plugins) {
  const StatisticsTable table(statistics);
  const hyb_table contents = table.contents();
  hyb_message message{};
  check_plugin(storage_of(plugins).save_table(path.c_str(), &contents, &message), message);
}

}  // namespace

void check_statistics_file(const std::string &path, const std::string &plugins) {
  if (is_netcdf(path)) storage_of(plugins);
}

void write_statistics_file(const std::string &path, const std::string &statistics,
                           const std::string &plugins) {
  if (is_netcdf(path)) return write_netcdf(path, statistics, plugins);
  if (!write_whole_file(path, statistics + '\n'))
    mismatch(HYB_ERROR_CONFIG, "statistics " + in_quotes(path), "a file that can be written",
             "one that cannot");
}

}  // namespace hyb
