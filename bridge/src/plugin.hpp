// SPDX-License-Identifier: BSD-3-Clause
// Shared objects opened on demand.
#pragma once

#include <memory>
#include <string>

#include "hybrid_plugin.h"

namespace hyb {

// The table of libhybrid_<name>.so. Looked for in `folders` (colon-separated, may be empty), in
// those of the environment variable HYBRID_PLUGIN_PATH, and beside libhybrid.so. It stays loaded
// until the process ends: neither Torch nor Python nor HDF5 can be unloaded safely.
const hyb_plugin_table *load_plugin(const std::string &name, hyb_plugin_type type, size_t least,
                                    const std::string &folders);

template <class Table>
const Table *load_plugin(const std::string &name, hyb_plugin_type type,
                         const std::string &folders) {
  return reinterpret_cast<const Table *>(load_plugin(name, type, sizeof(Table), folders));
}

// The table of a shared object of the user's: a path, or a name to be looked for as above.
const hyb_plugin_table *load_library(const std::string &file, hyb_plugin_type type, size_t least,
                                     const std::string &folders);

// Fails with what a function of the plug-in `name` reported.
void check_plugin(int32_t status, const hyb_message &message);

}  // namespace hyb
