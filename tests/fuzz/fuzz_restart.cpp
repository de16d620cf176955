// SPDX-License-Identifier: BSD-3-Clause
// A restart, opened and read through the plug-in's table: bytes that are a file of HDF5 as they are,
// others as the recipe of one.
#include <cstring>
#include <string>
#include <vector>

#include "hybrid_plugin.h"
#include "memory_file.hpp"
#include "restart_recipe.hpp"
#include "target.hpp"

namespace {

constexpr int64_t most = 1 << 20;  // values of a row that are read here

void read(const hyb_storage &storage, void *file, const hyb_restart &contents) {
  hyb_message message;
  for (int32_t i = 0; i < contents.narray; ++i) {
    const hyb_restart_array &array = contents.array[i];
    const int64_t width = array.by_column ? contents.ncolumn : 1;
    if (width > most) continue;
    std::vector<double> row(static_cast<size_t>(width));
    if (array.nrow > 0) storage.read_restart(file, i, array.nrow - 1, 1, row.data(), &message);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const hyb_storage &storage = *reinterpret_cast<const hyb_storage *>(hyb_plugin());
  const bool whole = size >= 4 && !std::memcmp(data, "\x89HDF", 4);
  const MemoryFile memory(data, whole ? size : 0);
  if (!whole) Recipe(data, size).write(memory.path());
  void *file = nullptr;
  hyb_restart contents{};
  contents.size = sizeof contents;
  hyb_message message;
  const int32_t status =
      storage.open_restart(memory.path().c_str(), &file, &contents, &message);
  if (status == HYB_OK) read(storage, file, contents);
  storage.close_restart(file);
  return 0;
}
