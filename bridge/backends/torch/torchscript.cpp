// SPDX-License-Identifier: BSD-3-Clause
#include "torchscript.hpp"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>

#include "failure.hpp"
#include "guarded.hpp"
#include "onednn.hpp"
#include "probe.hpp"

namespace hybrid_torch {
namespace {

constexpr char card_file[] = "card.json";
constexpr char a_file[] = "a TorchScript file";

// oneDNN's products are 2x faster for large batches and cost 20-70 us more in each small one.
constexpr int64_t samples_for_onednn = 128;

// Of the output's scale: other orders of summation differ by less, bfloat16 (which oneDNN may be
// set to on some CPUs) and tf32 by more.
constexpr double float32_tolerance = 1e-5;

torch::jit::Module loaded(const File &file, at::Device device,
                          torch::jit::ExtraFilesMap &extra) try {
  return torch::jit::load(file.contents, device, extra);
} catch (const c10::OutOfMemoryError &) {
  throw;
} catch (const c10::Error &error) {
  mismatch(HYB_ERROR_FILE, file.path, a_file, short_text(error.what_without_backtrace()));
} catch (const std::exception &error) {
  mismatch(HYB_ERROR_FILE, file.path, a_file, short_text(error.what()));
}

torch::jit::Module for_inference(torch::jit::Module module) {
  const bool frozen = !module.hasattr("training");
  if (frozen) return module;
  module.eval();
  return torch::jit::freeze(module);
}

void check_arguments(const torch::jit::Function &forward, const Signature &signature) {
  const size_t self = 1;
  const size_t found = forward.num_inputs() - self;
  if (found != signature.narguments())
    mismatch(HYB_ERROR_CARD, "arguments of the network's forward",
             std::to_string(signature.narguments()) + " by the card", std::to_string(found));
}

// A version that cannot run is as little use as one that differs.
bool agrees(const Probe &plain, const Probe &other, int64_t nsample) try {
  return plain.deviation(other, nsample) <= float32_tolerance;
} catch (const std::exception &) {
  return false;
}

// What torch.save writes is an archive, too, without any code.
void check_has_code(const std::string &path, const std::vector<std::string> &records) {
  const auto has = [&](const char *name) {
    return std::find(records.begin(), records.end(), name) != records.end();
  };
  if (has("data.pkl") && !has("constants.pkl"))
    mismatch(HYB_ERROR_FILE, path, a_file,
             "a file of torch.save (weights?); write it with pyhybrid.export");
}

}  // namespace

TorchScript::TorchScript(const File &file, at::Device device) : device_(device) {
  check_has_code(file.path, check_archive(file, a_file));
  load(file);
}

void TorchScript::load(const File &file) {
  torch::jit::ExtraFilesMap extra{{card_file, ""}};
  torch::jit::Module module = loaded(file, device_, extra);
  card_ = extra[card_file];
  if (card_.empty())
    mismatch(HYB_ERROR_CARD, file.path, std::string("a card in its extra file ") + card_file,
             "none; write it with pyhybrid.export");
  if (!module.find_method("forward"))
    mismatch(HYB_ERROR_FILE, file.path, "a network with a method forward", "none");
  module_ = for_inference(std::move(module));
}

void TorchScript::bind(const hyb_signature &signature) {
  signature_ = std::make_unique<const Signature>(signature, device_);
  forward_ = &module_.get_method("forward").function();
  check_arguments(*forward_, *signature_);
  const bool large = signature.declared >= samples_for_onednn;
  if (large && device_.is_cpu() && signature_->dtype() == at::kFloat) choose(signature);
}

void TorchScript::choose(const hyb_signature &signature) {
  const int64_t nsample = signature.samples[signature.nsamples - 1];
  const std::shared_ptr<torch::jit::Graph> graph =
      torch::jit::toGraphFunction(*forward_).graph()->copy();
  if (!use_onednn(*graph, nsample)) return;
  torch::jit::Function *const plain = forward_;
  packed_ = std::make_unique<torch::jit::GraphFunction>("forward", graph, nullptr);
  const auto probe_of = [this](torch::jit::Function *function) {
    return Probe(signature_->nfeature(), signature_->noutput(), signature_->dtype(),
                 [this, function](const hyb_matrices &matrices) {
                   forward_ = function;
                   run(matrices);
                 });
  };
  const bool same = agrees(probe_of(plain), probe_of(packed_.get()), nsample);
  forward_ = same ? packed_.get() : plain;
}

void TorchScript::run(const hyb_matrices &matrices) {
  std::vector<c10::IValue> stack;
  stack.reserve(1 + signature_->narguments());
  stack.emplace_back(module_._ivalue());
  signature_->append_arguments(matrices, forward_ == packed_.get(), stack);
  forward_->run(stack);
  signature_->store(stack.back(), matrices);
}

}  // namespace hybrid_torch
