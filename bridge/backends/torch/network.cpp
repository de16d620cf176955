// SPDX-License-Identifier: BSD-3-Clause
#include "network.hpp"

#include <torch/csrc/jit/serialization/import.h>

#include <cstring>

#include "archive.hpp"
#include "failure.hpp"
#include "guarded.hpp"
#include "host_scope.hpp"
#include "probe.hpp"

namespace hybrid_torch {
namespace {

constexpr char card_file[] = "card.json";

torch::jit::Module loaded(const std::string &path, torch::jit::ExtraFilesMap &extra) try {
  return torch::jit::load(path, at::kCPU, extra);
} catch (const c10::Error &error) {
  mismatch(HYB_ERROR_FILE, path, "a TorchScript file", short_text(error.what_without_backtrace()));
} catch (const std::exception &error) {
  mismatch(HYB_ERROR_FILE, path, "a TorchScript file", short_text(error.what()));
}

torch::jit::Module for_inference(torch::jit::Module module) {
  const bool frozen = !module.hasattr("training");
  if (frozen) return module;
  module.eval();
  return torch::jit::freeze(module);
}

void check_device(const char *device) {
  if (device && *device && std::strcmp(device, "cpu") != 0)
    mismatch(HYB_ERROR_CONFIG, "device of the torchscript backend", "cpu", device);
}

void check_arguments(const torch::jit::Module &module, const Signature &signature) {
  const size_t self = 1;
  const size_t found = module.get_method("forward").num_inputs() - self;
  if (found != signature.narguments())
    mismatch(HYB_ERROR_CARD, "arguments of the network's forward",
             std::to_string(signature.narguments()) + " by the card", std::to_string(found));
}

}  // namespace

Network::Network(const char *path, const hyb_backend_options &options)
    : threads_(options.threads > 0 ? options.threads : 1) {
  check_device(options.device);
  check_archive(path);
  const HostScope scope(threads_);
  load(path);
}

void Network::load(const std::string &path) {
  torch::jit::ExtraFilesMap extra{{card_file, ""}};
  torch::jit::Module module = loaded(path, extra);
  card_ = extra[card_file];
  if (card_.empty())
    mismatch(HYB_ERROR_CARD, path, std::string("a card in its extra file ") + card_file, "none");
  if (!module.find_method("forward"))
    mismatch(HYB_ERROR_FILE, path, "a network with a method forward", "none");
  module_ = for_inference(std::move(module));
}

bool Network::prepare(const hyb_signature &signature) {
  const HostScope scope(threads_);
  signature_ = std::make_unique<const Signature>(signature);
  check_arguments(module_, *signature_);
  const Probe probe(*signature_, [this](const hyb_matrices &matrices) { forward(matrices); });
  return probe.warm_up({signature.samples, signature.samples + signature.nsamples});
}

void Network::run(const hyb_matrices &matrices) {
  if (!signature_) mismatch(HYB_ERROR_PHASE, "run of a network", "prepare before it", "none");
  if (matrices.nsample < 1) return;
  const HostScope scope(threads_);
  forward(matrices);
}

void Network::forward(const hyb_matrices &matrices) {
  signature_->store(module_.forward(signature_->arguments(matrices)), matrices);
}

}  // namespace hybrid_torch
