// SPDX-License-Identifier: BSD-3-Clause
// What is found out about a network before it is used: that it runs, and whether its results are
// reproducible and independent of the batch a sample is in.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "hybrid_plugin.h"

namespace hybrid_torch {

class Probe {
 public:
  using Run = std::function<void(const hyb_matrices &)>;

  // Of matrices [nfeature][sample] and [noutput][sample], in memory of the host.
  Probe(int64_t nfeature, int64_t noutput, at::ScalarType dtype, Run run)
      : nfeature_(nfeature), noutput_(noutput), dtype_(dtype), run_(std::move(run)) {}

  // Runs the network with each number of samples until Torch's executor has settled. Fails where a
  // result is not reproducible, depends on other samples, or the input is changed in place.
  // Returns whether a sample's result has the same bits in every batch and at every place.
  bool warm_up(const std::vector<int64_t> &counts) const;

  // The largest difference from what `other` gives for the same input, over the largest magnitude
  // of a result; infinite where only one of them is finite.
  double deviation(const Probe &other, int64_t nsample) const;

 private:
  at::Tensor input(int64_t nsample) const;
  at::Tensor result(const at::Tensor &x) const;
  void settle(const at::Tensor &x) const;
  void check_reproducible(const at::Tensor &x) const;
  void check_independent(const at::Tensor &x) const;
  bool same_at_other_places(const at::Tensor &x, const at::Tensor &y, int64_t nsample) const;

  const int64_t nfeature_, noutput_;
  const at::ScalarType dtype_;
  const Run run_;
};

}  // namespace hybrid_torch
