// SPDX-License-Identifier: BSD-3-Clause
// The backend "python": libhybrid_python.so as the core sees it. It links no Python, so it loads
// into any process; what needs Python's symbols is libhybrid_python_interpreter.so.
#include <dlfcn.h>

#include <filesystem>
#include <memory>

#include "failure.hpp"
#include "host_threads.hpp"
#include "hybrid_plugin.h"
#include "interpreter.hpp"
#include "own_folder.hpp"

namespace hybrid_python {
namespace {

struct Network {
  const hyb_backend &python;
  int threads;
  void *emulator;
};

int32_t open(const char *path, const hyb_backend_options *options, void **network,
             const char **card, hyb_message *message) {
  *network = nullptr;
  *card = nullptr;
  return guarded(message, [&] {
    const int threads = options->threads > 0 ? options->threads : 1;
    const HostThreads host(threads);
    const hyb_backend &backend = *python(options->environment, threads).backend;
    auto opened = std::make_unique<Network>(Network{backend, threads, nullptr});
    const int32_t status =
        opened->python.open(path, options, &opened->emulator, card, message);
    if (status == HYB_OK) *network = opened.release();
    return status;
  }, HYB_ERROR_PLUGIN);
}

int32_t prepare(void *network, const hyb_signature *signature, hyb_plan *plan,
                hyb_message *message) {
  plan->batch_invariant = 0;
  const Network &opened = *static_cast<Network *>(network);
  const HostThreads host(opened.threads);
  return opened.python.prepare(opened.emulator, signature, plan, message);
}

int32_t run(void *network, const hyb_matrices *matrices, hyb_message *message) {
  if (matrices->nsample < 1) return HYB_OK;
  const Network &opened = *static_cast<Network *>(network);
  const HostThreads host(opened.threads);
  return opened.python.run(opened.emulator, matrices, message);
}

void close(void *network) {
  const std::unique_ptr<Network> opened(static_cast<Network *>(network));
  opened->python.close(opened->emulator);
}

const hyb_backend backend = {
    {sizeof(hyb_backend), HYB_PLUGIN_VERSION, HYB_PLUGIN_BACKEND, "python", HYB_VERSION},
    open, prepare, run, close, nullptr, nullptr, nullptr, nullptr};

}  // namespace

std::string own_folder() {
  Dl_info info;
  if (!dladdr(&backend, &info) || !info.dli_fname)
    mismatch(HYB_ERROR_PLUGIN, "folder of libhybrid_python.so", "one", "none");
  return std::filesystem::canonical(info.dli_fname).parent_path().string();
}

}  // namespace hybrid_python

const hyb_plugin_table *hyb_plugin(void) { return &hybrid_python::backend.head; }
