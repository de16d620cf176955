// SPDX-License-Identifier: BSD-3-Clause
#include "signature.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include "failure.hpp"
#include "transpose.hpp"

namespace hybrid_torch {
namespace {

std::string kind_name(at::ScalarType dtype) {
  if (dtype == at::kFloat) return "real32";
  if (dtype == at::kDouble) return "real64";
  return c10::toString(dtype);
}

std::string described(at::ScalarType dtype, at::IntArrayRef shape) {
  std::string text = kind_name(dtype) + " (";
  for (size_t i = 0; i < shape.size(); ++i)
    text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  return text + ")";
}

std::string described(const c10::IValue &value) {
  if (value.isTensor() && value.toTensor().defined()) {
    const at::Tensor &tensor = value.toTensor();
    return described(tensor.scalar_type(), tensor.sizes());
  }
  if (value.isTuple()) return "a tuple of " + std::to_string(value.toTupleRef().elements().size());
  return "a " + value.tagKind();
}

// Kept on the stack: a view is made for every run.
using Extents = c10::SmallVector<int64_t, 3>;

// (sample), (sample, level), (sample, species) or (sample, level, species).
Extents shape_of(const Slice &slice, int64_t nsample) {
  Extents shape = {nsample};
  if (slice.nlevel > 0) shape.push_back(slice.nlevel);
  if (slice.nspecies > 0) shape.push_back(slice.nspecies);
  return shape;
}

// In a matrix [feature][ld] with feature = offset + species * nlevel + level.
Extents strides_of(const Slice &slice, int64_t ld) {
  Extents strides = {1};
  if (slice.nlevel > 0) strides.push_back(ld);
  if (slice.nspecies > 0) strides.push_back(slice.nlevel > 0 ? slice.nlevel * ld : ld);
  return strides;
}

std::vector<Slice> kept(const hyb_slice *slices, int32_t n) {
  std::vector<Slice> copy;
  for (const hyb_slice *slice = slices; slice != slices + n; ++slice)
    copy.push_back({slice->name, slice->offset, slice->count, slice->nlevel, slice->nspecies});
  return copy;
}

// A packed matrix is one field with the features as its levels.
std::vector<Slice> whole(const char *name, int64_t nrow) { return {{name, 0, nrow, nrow, 0}}; }

}  // namespace

Signature::Signature(const hyb_signature &signature, at::Device device)
    : dtype_(signature.kind == HYB_REAL64 ? at::kDouble : at::kFloat),
      device_(device),
      nfeature_(signature.nfeature),
      noutput_(signature.noutput),
      inputs_(signature.packed ? whole("input", signature.nfeature)
                               : kept(signature.input, signature.ninput)),
      results_(signature.packed ? whole("result", signature.noutput)
                                : kept(signature.result, signature.nresult)) {}

bool Signature::matches(const c10::IValue &value, at::IntArrayRef shape) const {
  if (!value.isTensor() || !value.toTensor().defined()) return false;
  const at::Tensor &tensor = value.toTensor();
  return tensor.layout() == at::kStrided && tensor.device() == device_ &&
         tensor.scalar_type() == dtype_ && tensor.sizes() == shape;
}

// What `transpose` can do.
bool Signature::is_plain(const Slice &slice) const {
  return device_.is_cpu() && dtype_ == at::kFloat && slice.nlevel > 0 && slice.nspecies == 0;
}

// The device is given: Torch would ask the accelerator whose memory it is.
at::Tensor Signature::view(void *matrix, const Slice &slice, const hyb_matrices &matrices) const {
  const auto size = static_cast<int64_t>(c10::elementSize(dtype_));
  char *const start = static_cast<char *>(matrix) + slice.offset * matrices.ld * size;
  return at::for_blob(start, shape_of(slice, matrices.nsample))
      .strides(strides_of(slice, matrices.ld))
      .options(at::TensorOptions(dtype_).device(device_))
      .target_device(device_)
      .make_tensor();
}

at::Tensor Signature::transposed(const Slice &slice, const hyb_matrices &matrices) const {
  const at::Tensor copy = at::empty(shape_of(slice, matrices.nsample), dtype_);
  transpose(static_cast<const float *>(matrices.x) + slice.offset * matrices.ld, matrices.ld,
            copy.mutable_data_ptr<float>(), slice.nlevel, slice.nlevel, matrices.nsample);
  return copy;
}

void Signature::append_arguments(const hyb_matrices &matrices, bool samples_slowest,
                                 std::vector<c10::IValue> &arguments) const {
  for (const Slice &slice : inputs_) {
    const bool copy = samples_slowest && is_plain(slice);
    arguments.emplace_back(copy ? transposed(slice, matrices)
                                : view(const_cast<void *>(matrices.x), slice, matrices));
  }
}

void Signature::store(const c10::IValue &returned, const Slice &slice,
                      const hyb_matrices &matrices) const {
  const Extents shape = shape_of(slice, matrices.nsample);
  if (!matches(returned, shape))
    mismatch(HYB_ERROR_BACKEND, "result of the network, " + slice.name, described(dtype_, shape),
             described(returned));
  const at::Tensor &result = returned.toTensor();
  if (!is_plain(slice) || !result.is_contiguous()) {
    view(matrices.y, slice, matrices).copy_(result);
    return;
  }
  transpose(result.const_data_ptr<float>(), slice.nlevel,
            static_cast<float *>(matrices.y) + slice.offset * matrices.ld, matrices.ld,
            matrices.nsample, slice.nlevel);
}

void Signature::store(const c10::IValue &returned, const hyb_matrices &matrices) const {
  const size_t found = returned.isTuple() ? returned.toTupleRef().elements().size() : 1;
  if (results_.size() == 1 && !(returned.isTuple() && found == 1))
    return store(returned, results_[0], matrices);
  if (!returned.isTuple() || found != results_.size())
    mismatch(HYB_ERROR_BACKEND, "result of the network",
             "a tuple of " + std::to_string(results_.size()), described(returned));
  for (size_t i = 0; i < found; ++i)
    store(returned.toTupleRef().elements()[i], results_[i], matrices);
}

}  // namespace hybrid_torch
