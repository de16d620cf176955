// SPDX-License-Identifier: BSD-3-Clause
#include "plugin.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <vector>

#include "error.hpp"
#include "floating_point.hpp"
#include "text.hpp"

namespace hyb {
namespace {

std::string own_folder() {
  Dl_info info;
  if (!dladdr(reinterpret_cast<const void *>(&hyb_version), &info) || !info.dli_fname) return "";
  std::error_code ignored;
  return std::filesystem::absolute(info.dli_fname, ignored).parent_path().string();
}

void append_folders(std::vector<std::string> &folders, const std::string &list) {
  std::istringstream words(list);
  for (std::string folder; std::getline(words, folder, ':');)
    if (!folder.empty()) folders.push_back(folder);
}

std::vector<std::string> search_path(const std::string &configured) {
  std::vector<std::string> folders;
  append_folders(folders, configured);
  if (const char *path = std::getenv("HYBRID_PLUGIN_PATH")) append_folders(folders, path);
  append_folders(folders, own_folder());
  return folders;
}

// An install builds where there is no Torch, and leaves this plug-in out; where Torch is of another
// release, or elsewhere, it does not load.
std::string with_remedy(const std::string &file, const std::string &found) {
  if (file != "libhybrid_torch.so") return found;
  return found +
         "; what makes it: pip install 'pyhybrid[build,torch]' && pyhybrid build-backend torch";
}

std::string find_file(const std::string &file, const std::vector<std::string> &folders) {
  std::error_code ignored;
  for (const std::string &folder : folders) {
    const std::filesystem::path path = std::filesystem::path(folder) / file;
    if (std::filesystem::exists(path, ignored)) return path.string();
  }
  mismatch(HYB_ERROR_PLUGIN, "plug-in " + file, "a file in one of " + listed(folders),
           with_remedy(file, "none"));
}

// A host may define matrix products under the names of a BLAS, or link one. The libraries below a
// plug-in then have to prefer their own, or they would call the host's. Not always: it parts them
// from an allocator that is preloaded, and sanitizers refuse it.
int open_flags() {
  int flags = RTLD_NOW | RTLD_LOCAL;
  for (const char *name : {"sgemm_", "dgemm_", "sgemv_", "dgemv_"})
    if (dlsym(RTLD_DEFAULT, name)) flags |= RTLD_DEEPBIND;
  return flags;
}

const char *entry_name(hyb_plugin_type type) {
  return type == HYB_PLUGIN_HOOK ? "hyb_hook_plugin" : "hyb_plugin";
}

hyb_plugin_function entry_of(const std::string &path, const char *name) {
  void *library = dlopen(path.c_str(), open_flags());
  if (!library)
    mismatch(HYB_ERROR_PLUGIN, path, "a loadable plug-in",
             with_remedy(std::filesystem::path(path).filename().string(), dlerror()));
  void *symbol = dlsym(library, name);
  if (!symbol) mismatch(HYB_ERROR_PLUGIN, path, std::string("a function ") + name, "none");
  return reinterpret_cast<hyb_plugin_function>(symbol);
}

void check_table(const hyb_plugin_table *table, hyb_plugin_type type, size_t least,
                 const std::string &path) {
  if (!table) mismatch(HYB_ERROR_PLUGIN, path, "a table of functions", "null");
  if (table->version != HYB_PLUGIN_VERSION)
    mismatch(HYB_ERROR_PLUGIN, path + ": plug-in version", std::to_string(HYB_PLUGIN_VERSION),
             std::to_string(table->version));
  if (table->size < least)
    mismatch(HYB_ERROR_PLUGIN, path + ": size of its table", std::to_string(least) + " or more",
             std::to_string(table->size));
  if (table->type != type)
    mismatch(HYB_ERROR_PLUGIN, path + ": type", std::to_string(type), std::to_string(table->type));
}

const hyb_plugin_table *table_of(const std::string &path, hyb_plugin_type type, size_t least) {
  const hyb_plugin_table *table = entry_of(path, entry_name(type))();
  check_table(table, type, least, path);
  return table;
}

}  // namespace

const hyb_plugin_table *load_plugin(const std::string &name, hyb_plugin_type type, size_t least,
                                    const std::string &configured) {
  const FloatingPointGuard guard;
  return table_of(find_file("libhybrid_" + name + ".so", search_path(configured)), type, least);
}

const hyb_plugin_table *load_library(const std::string &file, hyb_plugin_type type, size_t least,
                                     const std::string &configured) {
  const FloatingPointGuard guard;
  std::vector<std::string> folders = {"."};
  if (file.find('/') == std::string::npos)
    for (const std::string &folder : search_path(configured)) folders.push_back(folder);
  return table_of(find_file(file, folders), type, least);
}

void check_plugin(int32_t status, const hyb_message &message) {
  if (status == HYB_OK) return;
  const bool known = status > HYB_OK && status <= HYB_ERROR_STATE;
  fail(known ? status : static_cast<int32_t>(HYB_ERROR_PLUGIN),
       std::string(message.text, strnlen(message.text, sizeof message.text)));
}

}  // namespace hyb
