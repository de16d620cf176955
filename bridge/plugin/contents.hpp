// SPDX-License-Identifier: BSD-3-Clause
// For every backend: where to read the bytes of an emulator's file.
#pragma once

#include <cstddef>

#include "hybrid_plugin.h"

namespace hybrid_plugin {

// The file's path is for messages. A core from before `contents` has shorter options.
inline const char *contents_of(const char *path, const hyb_backend_options &options) {
  constexpr size_t needed = offsetof(hyb_backend_options, contents) + sizeof options.contents;
  return options.size >= needed && options.contents ? options.contents : path;
}

}  // namespace hybrid_plugin
