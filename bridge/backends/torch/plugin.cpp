// SPDX-License-Identifier: BSD-3-Clause
// The backends "torchscript" and "aoti": libhybrid_torch.so as the core sees it.
#include <torch/csrc/inductor/aoti_torch/c/shim.h>
#include <torch/headeronly/version.h>

#include "guarded.hpp"
#include "hybrid_plugin.h"
#include "network.hpp"

namespace hybrid_torch {
namespace {

std::string release_of(uint64_t version) {
  return std::to_string(version >> 56) + "." + std::to_string(version >> 48 & 0xff);
}

// Another release of Torch may well load, and have other classes behind the same symbols.
void check_release() {
  const std::string built = release_of(TORCH_ABI_VERSION);
  const std::string found = release_of(aoti_torch_abi_version());
  if (built != found)
    mismatch(HYB_ERROR_PLUGIN, "libhybrid_torch.so", "Torch " + built + ", for which it was built",
             found + "; what builds it for that: pyhybrid build-backend torch");
}

int32_t open(const char *path, const hyb_backend_options *options, void **network,
             const char **card, hyb_message *message) {
  *network = nullptr;
  *card = nullptr;
  return guarded(message, "", [&] {
    check_release();
    auto opened = std::make_unique<Network>(path, *options);
    *card = opened->card().c_str();
    *network = opened.release();
  });
}

Network &of(void *network) { return *static_cast<Network *>(network); }

int32_t prepare(void *network, const hyb_signature *signature, hyb_plan *plan,
                hyb_message *message) {
  return guarded(message, "warm-up with inputs between 0 and 1: ",
                 [&] { of(network).prepare(*signature, *plan); });
}

int32_t run(void *network, const hyb_matrices *matrices, hyb_message *message) {
  return guarded(message, "", [&] { of(network).run(*matrices); });
}

void close(void *network) { delete static_cast<Network *>(network); }

int32_t submit(void *network, const hyb_matrices *matrices, void **batch, hyb_message *message) {
  *batch = nullptr;
  return guarded(message, "", [&] { *batch = of(network).submit(*matrices); });
}

int32_t wait(void *network, void *batch, hyb_message *message) {
  return guarded(message, "",
                 [&] { of(network).wait(static_cast<Pipeline::Batch *>(batch)); });
}

void *reserve(void *network, size_t bytes) { return of(network).reserve(bytes); }

void release(void *network, void *memory) { of(network).release(memory); }

const hyb_backend backend = {
    {sizeof(hyb_backend), HYB_PLUGIN_VERSION, HYB_PLUGIN_BACKEND, "torch", HYB_VERSION},
    open, prepare, run, close, submit, wait, reserve, release};

}  // namespace
}  // namespace hybrid_torch

const hyb_plugin_table *hyb_plugin(void) { return &hybrid_torch::backend.head; }
