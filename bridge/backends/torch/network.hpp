// SPDX-License-Identifier: BSD-3-Clause
// An opened emulator as the core sees it: a module, the device it computes on, and the care that
// is taken of both.
#pragma once

#include <ATen/core/Tensor.h>

#include <atomic>
#include <memory>
#include <string>

#include "device.hpp"
#include "hybrid_plugin.h"
#include "module.hpp"
#include "pipeline.hpp"
#include "precision.hpp"
#include "staging.hpp"

namespace hybrid_torch {

class Network {
 public:
  Network(const char *path, const hyb_backend_options &options);

  const std::string &card() const { return module_->card(); }

  // Keeps the signature, warms up, and makes the plan.
  void prepare(const hyb_signature &signature, hyb_plan &plan);

  // Any number of threads at once.
  void run(const hyb_matrices &matrices);
  Pipeline::Batch *submit(const hyb_matrices &matrices);
  void wait(Pipeline::Batch *batch);
  void *reserve(size_t bytes) { return staging_.reserve(bytes); }
  void release(void *memory) { staging_.release(memory); }

 private:
  void check_precision(double tolerance, int64_t nsample);
  void execute(const hyb_matrices &matrices);
  void in_parts(const hyb_matrices &matrices);
  void through_device(const hyb_matrices &matrices);
  void lower_limit(int64_t failed);

  const int threads_;
  const Place place_;
  Precision precision_;
  const std::unique_ptr<Module> module_;
  Staging staging_;
  int64_t nfeature_ = 0, noutput_ = 0;
  at::ScalarType dtype_ = at::kFloat;
  std::atomic<int64_t> limit_{0};  // samples that fit into the device's memory; 0: not prepared
  std::unique_ptr<Pipeline> pipeline_;  // the last: what it does needs all the others
};

}  // namespace hybrid_torch
