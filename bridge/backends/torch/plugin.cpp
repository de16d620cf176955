// SPDX-License-Identifier: BSD-3-Clause
// The backend "torchscript": libhybrid_torch.so as the core sees it.
#include "guarded.hpp"
#include "hybrid_plugin.h"
#include "network.hpp"

namespace hybrid_torch {
namespace {

int32_t open(const char *path, const hyb_backend_options *options, void **network,
             const char **card, hyb_message *message) {
  *network = nullptr;
  *card = nullptr;
  return guarded(message, "", [&] {
    auto opened = std::make_unique<Network>(path, *options);
    *card = opened->card().c_str();
    *network = opened.release();
  });
}

int32_t prepare(void *network, const hyb_signature *signature, hyb_plan *plan,
                hyb_message *message) {
  plan->batch_invariant = 0;
  return guarded(message, "warm-up with inputs between 0 and 1: ", [&] {
    plan->batch_invariant = static_cast<Network *>(network)->prepare(*signature) ? 1 : 0;
  });
}

int32_t run(void *network, const hyb_matrices *matrices, hyb_message *message) {
  return guarded(message, "", [&] { static_cast<Network *>(network)->run(*matrices); });
}

void close(void *network) { delete static_cast<Network *>(network); }

const hyb_backend backend = {
    {sizeof(hyb_backend), HYB_PLUGIN_VERSION, HYB_PLUGIN_BACKEND, "torch", HYB_VERSION},
    open, prepare, run, close, nullptr, nullptr, nullptr, nullptr};

}  // namespace
}  // namespace hybrid_torch

const hyb_plugin_table *hyb_plugin(void) { return &hybrid_torch::backend.head; }
