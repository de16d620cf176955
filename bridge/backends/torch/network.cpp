// SPDX-License-Identifier: BSD-3-Clause
#include "network.hpp"

#include <ATen/DeviceAccelerator.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <limits>

#include "failure.hpp"
#include "guarded.hpp"
#include "host_scope.hpp"
#include "package.hpp"
#include "plugin/contents.hpp"
#include "probe.hpp"
#include "torchscript.hpp"

namespace hybrid_torch {
namespace {

constexpr int64_t least_samples = 16;  // of a batch that is cut for want of memory

std::string text_of(const char *text) { return text ? text : ""; }

std::unique_ptr<Module> opened(const File &file, const std::string &backend,
                               at::Device device, int threads) {
  const HostScope scope(threads);
  const bool by_suffix = backend.empty() && std::filesystem::path(file.path).extension() == ".pt2";
  if (by_suffix || backend == "aoti") return std::make_unique<Package>(file, device);
  return std::make_unique<TorchScript>(file, device);
}

hyb_matrices part_of(const hyb_matrices &whole, int64_t begin, int64_t count, size_t size) {
  const size_t skipped = static_cast<size_t>(begin) * size;
  return {sizeof(hyb_matrices), count, whole.ld, static_cast<const char *>(whole.x) + skipped,
          static_cast<char *>(whole.y) + skipped};
}

at::Tensor rows(void *memory, int64_t nrow, const hyb_matrices &matrices, at::ScalarType dtype) {
  return at::from_blob(memory, {nrow, matrices.nsample}, {matrices.ld, 1}, dtype);
}

// Without waiting, if the host's side lies in memory of `reserve`. Rows with a gap between them
// would be copied by way of other memory of the host's: they go one by one.
void transfer(const at::Tensor &to, const at::Tensor &from) {
  const bool without_wait = true;
  if (to.is_contiguous() && from.is_contiguous()) {
    to.copy_(from, without_wait);
    return;
  }
  for (int64_t row = 0; row < to.size(0); ++row) to[row].copy_(from[row], without_wait);
}

}  // namespace

Network::Network(const char *path, const hyb_backend_options &options)
    : threads_(options.threads > 0 ? options.threads : 1),
      place_(place_of(text_of(options.device), options.local_rank)),
      precision_(precision_of(text_of(options.precision))),
      module_(opened({path, hybrid_plugin::contents_of(path, options)}, text_of(options.backend),
                     place_.device, threads_)),
      staging_(place_.device) {
  if (place_.in_flight)
    pipeline_ = std::make_unique<Pipeline>(
        place_.device, [this](const hyb_matrices &matrices) { in_parts(matrices); });
}

void Network::prepare(const hyb_signature &signature, hyb_plan &plan) {
  const HostScope scope(threads_);
  nfeature_ = signature.nfeature;
  noutput_ = signature.noutput;
  dtype_ = signature.kind == HYB_REAL64 ? at::kDouble : at::kFloat;
  if (place_.device.is_cpu()) keep_freed_memory();
  const std::vector<int64_t> samples(signature.samples, signature.samples + signature.nsamples);
  const int64_t largest = samples.empty() ? 0 : samples.back();
  module_->bind(signature);
  limit_ = std::numeric_limits<int64_t>::max();
  check_precision(signature.tolerance, largest);
  const Probe probe(nfeature_, noutput_, dtype_, [this](const auto &m) { execute(m); });
  plan.batch_invariant = probe.warm_up(samples) ? 1 : 0;
  plan.tile = limit_ < largest ? limit_.load() : 0;
  plan.in_flight = pipeline_ ? Pipeline::in_flight : 0;
}

void Network::check_precision(double tolerance, int64_t nsample) {
  if (precision_ == Precision::float32) return;
  if (!(tolerance > 0))
    mismatch(HYB_ERROR_CONFIG, "precision of the emulator",
             "float32, as its card grants no tolerance", "tf32");
  const auto run_in = [this](Precision precision) {
    return Probe(nfeature_, noutput_, dtype_, [this, precision](const hyb_matrices &matrices) {
      precision_ = precision;
      execute(matrices);
    });
  };
  const double found =
      run_in(Precision::float32).deviation(run_in(Precision::tf32), nsample);
  precision_ = Precision::tf32;
  if (!(found <= tolerance))
    mismatch(HYB_ERROR_CONFIG, "deviation of tf32 from float32, of the output's scale",
             "at most " + std::to_string(tolerance) + " by the card",
             std::to_string(found));
}

void Network::run(const hyb_matrices &matrices) {
  if (limit_ == 0) mismatch(HYB_ERROR_PHASE, "run of a network", "prepare before it", "none");
  if (matrices.nsample < 1) return;
  const HostScope scope(threads_);
  execute(matrices);
}

void Network::execute(const hyb_matrices &matrices) {
  pipeline_ ? pipeline_->run(matrices) : in_parts(matrices);
}

Pipeline::Batch *Network::submit(const hyb_matrices &matrices) {
  if (limit_ == 0) mismatch(HYB_ERROR_PHASE, "submit to a network", "prepare before it", "none");
  if (!pipeline_)
    mismatch(HYB_ERROR_PHASE, "submit to a network", "a device with batches in flight",
             "the CPU: run");
  const HostScope scope(threads_);
  return pipeline_->submit(matrices);
}

void Network::wait(Pipeline::Batch *batch) {
  const HostScope scope(threads_);
  pipeline_->wait(batch);
}

// A device that is out of memory gets smaller batches from then on. What was lacking is free again
// when the work that had failed is gone.
void Network::in_parts(const hyb_matrices &matrices) {
  for (int64_t begin = 0, count; begin < matrices.nsample; begin += count) {
    count = std::min(matrices.nsample - begin, limit_.load());
    try {
      through_device(part_of(matrices, begin, count, c10::elementSize(dtype_)));
    } catch (const std::exception &error) {
      if (!is_out_of_memory(error)) throw;
      lower_limit(count);
      count = 0;
    }
  }
}

void Network::lower_limit(int64_t failed) {
  if (failed <= least_samples) throw;
  if (!place_.device.is_cpu()) at::accelerator::emptyCache();
  const int64_t half = (failed / 2 + least_samples - 1) / least_samples * least_samples;
  int64_t limit = limit_;
  while (half < limit && !limit_.compare_exchange_weak(limit, half)) {
  }
}

void Network::through_device(const hyb_matrices &matrices) {
  if (!pipeline_) return module_->run(matrices);
  const PrecisionScope scope(precision_);
  const int64_t n = matrices.nsample;
  const at::TensorOptions options = at::TensorOptions(dtype_).device(place_.device);
  const at::Tensor x = at::empty({nfeature_, n}, options), y = at::empty({noutput_, n}, options);
  transfer(x, rows(const_cast<void *>(matrices.x), nfeature_, matrices, dtype_));
  module_->run({sizeof(hyb_matrices), n, n, x.data_ptr(), y.data_ptr()});
  transfer(rows(matrices.y, noutput_, matrices, dtype_), y);
}

}  // namespace hybrid_torch
