// SPDX-License-Identifier: BSD-3-Clause
// A TorchScript file, loaded for inference.
#pragma once

#include <torch/csrc/jit/api/module.h>

#include <memory>
#include <string>

#include "hybrid_plugin.h"
#include "signature.hpp"

namespace hybrid_torch {

class Network {
 public:
  Network(const char *path, const hyb_backend_options &options);

  const std::string &card() const { return card_; }

  // Keeps the signature and warms up. Returns whether results are independent of the batch.
  bool prepare(const hyb_signature &signature);

  // Any number of threads at once.
  void run(const hyb_matrices &matrices);

 private:
  void load(const std::string &path);
  void forward(const hyb_matrices &matrices);

  const int threads_;
  std::string card_;
  torch::jit::Module module_;
  std::unique_ptr<const Signature> signature_;
};

}  // namespace hybrid_torch
