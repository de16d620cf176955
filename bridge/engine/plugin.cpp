// SPDX-License-Identifier: BSD-3-Clause
// The backend "builtin": libhybrid_builtin.so as the core sees it.
#include <memory>
#include <new>
#include <string>

#include "failure.hpp"
#include "network.hpp"

namespace hybrid_builtin {
namespace {

using hybrid_plugin::guarded;

// A lack of memory is told with the file that asks for it.
template <class Work>
void load(const std::string &path, Work &&work) try {
  work();
} catch (const std::bad_alloc &) {
  refuse(path, "memory for its network", "too little", HYB_ERROR_MEMORY);
}

int32_t open(const char *path, const hyb_backend_options *options, void **network,
             const char **card, hyb_message *message) {
  *network = nullptr;
  *card = nullptr;
  return guarded(message, [&] {
    load(path, [&] {
      auto opened = std::make_unique<Network>(path, *options);
      *card = opened->card().c_str();
      *network = opened.release();
    });
  });
}

int32_t prepare(void *network, const hyb_signature *signature, hyb_plan *plan,
                hyb_message *message) {
  auto *opened = static_cast<Network *>(network);
  return guarded(message, [&] {
    load(opened->path(), [&] { opened->prepare(*signature, *plan); });
  });
}

int32_t run(void *network, const hyb_matrices *matrices, hyb_message *message) {
  return guarded(message, [&] { static_cast<Network *>(network)->run(*matrices); });
}

void close(void *network) { delete static_cast<Network *>(network); }

const hyb_backend backend = {
    {sizeof(hyb_backend), HYB_PLUGIN_VERSION, HYB_PLUGIN_BACKEND, "builtin", HYB_VERSION},
    open, prepare, run, close, nullptr, nullptr, nullptr, nullptr};

}  // namespace
}  // namespace hybrid_builtin

const hyb_plugin_table *hyb_plugin(void) { return &hybrid_builtin::backend.head; }
