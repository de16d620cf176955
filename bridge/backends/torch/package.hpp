// SPDX-License-Identifier: BSD-3-Clause
// The backend "aoti": a package that AOTInductor compiled. It holds a function of one matrix
// [feature][sample] that returns one matrix [output][sample], both without gaps, whatever the
// arguments of the network that it was made from.
#pragma once

#include <torch/csrc/inductor/aoti_runner/model_container_runner.h>

#include <memory>
#include <string>

#include "archive.hpp"
#include "manifest.hpp"
#include "module.hpp"

namespace hybrid_torch {

class Package : public Module {
 public:
  Package(const File &file, at::Device device);

  void bind(const hyb_signature &signature) override;
  void run(const hyb_matrices &matrices) override;

 private:
  at::Tensor input(const hyb_matrices &matrices) const;
  void check_result(const std::vector<at::Tensor> &results, int64_t nsample) const;

  const std::string path_;
  Manifest manifest_;
  std::unique_ptr<torch::inductor::AOTIModelContainerRunner> runner_;
};

}  // namespace hybrid_torch
