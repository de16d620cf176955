// SPDX-License-Identifier: BSD-3-Clause
// What is found out about a network before it is used: that it runs, and whether its results are
// reproducible and independent of the batch a sample is in.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "hybrid_plugin.h"
#include "signature.hpp"

namespace hybrid_torch {

class Probe {
 public:
  using Run = std::function<void(const hyb_matrices &)>;

  Probe(const Signature &signature, Run run) : signature_(signature), run_(std::move(run)) {}

  // Runs the network with each number of samples until Torch's executor has settled. Fails where a
  // result is not reproducible, depends on other samples, or the input is changed in place.
  // Returns whether a sample's result has the same bits in every batch and at every place.
  bool warm_up(const std::vector<int64_t> &counts) const;

 private:
  at::Tensor input(int64_t nsample) const;
  at::Tensor result(const at::Tensor &x) const;
  void settle(const at::Tensor &x) const;
  void check_reproducible(const at::Tensor &x) const;
  void check_independent(const at::Tensor &x) const;
  bool same_at_other_places(const at::Tensor &x, const at::Tensor &y, int64_t nsample) const;

  const Signature &signature_;
  const Run run_;
};

}  // namespace hybrid_torch
