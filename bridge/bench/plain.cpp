// SPDX-License-Identifier: BSD-3-Clause
#include "plain.hpp"

#include <dlfcn.h>

#include <stdexcept>

namespace hybrid_bench {

const PlainTable &open_plain(const char *path) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) throw std::runtime_error(dlerror());
  void *symbol = dlsym(library, "hyb_bench_plain");
  if (!symbol) throw std::runtime_error(dlerror());
  return *reinterpret_cast<PlainFunction>(symbol)();
}

}  // namespace hybrid_bench
