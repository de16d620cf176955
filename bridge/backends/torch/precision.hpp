// SPDX-License-Identifier: BSD-3-Clause
// The precision of products of real32 matrices on an accelerator. Torch keeps it for the whole
// process, and its convolutions take tf32 unless told otherwise.
#pragma once

#include <ATen/Context.h>

#include <mutex>
#include <string>

namespace hybrid_torch {

enum class Precision { float32, tf32 };

// "" is float32. Fails with HYB_ERROR_CONFIG.
Precision precision_of(const std::string &name);

// Holds a precision while work is given to a device, and puts back what was there: the host may use
// Torch itself. One at a time in the process.
class PrecisionScope {
 public:
  explicit PrecisionScope(Precision precision);
  ~PrecisionScope();
  PrecisionScope(const PrecisionScope &) = delete;
  PrecisionScope &operator=(const PrecisionScope &) = delete;

 private:
  const std::lock_guard<std::mutex> alone_;
  const at::Float32MatmulPrecision overall_;
  const at::Float32Precision cublas_, onednn_;
  const bool cudnn_tf32_;
};

}  // namespace hybrid_torch
