// SPDX-License-Identifier: BSD-3-Clause
#include "precision.hpp"

#include "failure.hpp"

namespace hybrid_torch {
namespace {

using at::Float32Backend;
using at::Float32Op;

std::mutex one_at_a_time;  // the setting that it guards is the process's as well

const char *name_of(at::Float32MatmulPrecision precision) {
  switch (precision) {
    case at::Float32MatmulPrecision::HIGHEST: return "highest";
    case at::Float32MatmulPrecision::HIGH: return "high";
    case at::Float32MatmulPrecision::MEDIUM: return "medium";
  }
  return "highest";
}

}  // namespace

Precision precision_of(const std::string &name) {
  if (name.empty() || name == "float32") return Precision::float32;
  if (name == "tf32") return Precision::tf32;
  mismatch(HYB_ERROR_CONFIG, "precision of the emulator", "float32 or tf32", name);
}

PrecisionScope::PrecisionScope(Precision precision)
    : alone_(one_at_a_time),
      overall_(at::globalContext().float32MatmulPrecision()),
      cublas_(at::globalContext().float32Precision(Float32Backend::CUDA, Float32Op::MATMUL)),
      onednn_(at::globalContext().float32Precision(Float32Backend::MKLDNN, Float32Op::MATMUL)),
      cudnn_tf32_(at::globalContext().allowTF32CuDNN()) {
  const bool tf32 = precision == Precision::tf32;
  at::globalContext().setFloat32MatmulPrecision(tf32 ? "high" : "highest");
  at::globalContext().setAllowTF32CuDNN(tf32);
}

// Setting the whole also sets the parts, which the host may have set otherwise.
PrecisionScope::~PrecisionScope() {
  at::Context &context = at::globalContext();
  context.setFloat32MatmulPrecision(name_of(overall_));
  context.setFloat32Precision(Float32Backend::CUDA, Float32Op::MATMUL, cublas_);
  context.setFloat32Precision(Float32Backend::MKLDNN, Float32Op::MATMUL, onednn_);
  context.setAllowTF32CuDNN(cudnn_tf32_);
}

}  // namespace hybrid_torch
