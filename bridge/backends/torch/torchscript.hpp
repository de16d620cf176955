// SPDX-License-Identifier: BSD-3-Clause
// The backend "torchscript": a TorchScript file, loaded for inference.
#pragma once

#include <torch/csrc/jit/api/module.h>

#include <memory>
#include <string>

#include "archive.hpp"
#include "module.hpp"
#include "signature.hpp"

namespace hybrid_torch {

class TorchScript : public Module {
 public:
  TorchScript(const File &file, at::Device device);

  void bind(const hyb_signature &signature) override;
  void run(const hyb_matrices &matrices) override;

 private:
  void load(const File &file);
  void choose(const hyb_signature &signature);

  const at::Device device_;
  torch::jit::Module module_;
  std::unique_ptr<torch::jit::Function> packed_;  // with oneDNN's products, if they were chosen
  torch::jit::Function *forward_ = nullptr;
  std::unique_ptr<const Signature> signature_;
};

}  // namespace hybrid_torch
