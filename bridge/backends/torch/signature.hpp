// SPDX-License-Identifier: BSD-3-Clause
// What the card promises of a network, kept, and the way between packed matrices and tensors.
#pragma once

#include <ATen/core/ivalue.h>

#include <cstdint>
#include <string>
#include <vector>

#include "hybrid_plugin.h"

namespace hybrid_torch {

struct Slice {
  std::string name;
  int64_t offset, count, nlevel, nspecies;
};

class Signature {
 public:
  Signature(const hyb_signature &signature, at::Device device);

  at::ScalarType dtype() const { return dtype_; }
  int64_t nfeature() const { return nfeature_; }
  int64_t noutput() const { return noutput_; }
  size_t narguments() const { return inputs_.size(); }

  // Tensors over the memory of matrices.x: one, or one for each input field. On the CPU they can
  // be copies in the order that oneDNN reads fastest.
  void append_arguments(const hyb_matrices &matrices, bool samples_slowest,
                        std::vector<c10::IValue> &arguments) const;

  // Copies what the network returned into matrices.y. Anything but the promised type, kind and
  // shape is a failure: nothing is converted, reshaped or broadcast.
  void store(const c10::IValue &returned, const hyb_matrices &matrices) const;

 private:
  bool matches(const c10::IValue &value, at::IntArrayRef shape) const;
  bool is_plain(const Slice &slice) const;
  at::Tensor transposed(const Slice &slice, const hyb_matrices &matrices) const;
  at::Tensor view(void *matrix, const Slice &slice, const hyb_matrices &matrices) const;
  void store(const c10::IValue &returned, const Slice &slice, const hyb_matrices &matrices) const;

  const at::ScalarType dtype_;
  const at::Device device_;
  int64_t nfeature_, noutput_;
  std::vector<Slice> inputs_, results_;
};

}  // namespace hybrid_torch
