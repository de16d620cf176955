// SPDX-License-Identifier: BSD-3-Clause
#include <ATen/DeviceAccelerator.h>
#include <ATen/Parallel.h>
#include <malloc.h>
#include <torch/script.h>

#include <chrono>
#include <stdexcept>
#include <string>

#include "plain.hpp"

namespace hybrid_bench {
namespace {

using torch::Tensor;

// The strides of a host's matrix: columns fastest, and columns are Torch's rows.
Tensor of_host(double *data, int64_t ncol, int64_t values) {
  return torch::from_blob(data, {ncol, values}, {1, ncol}, torch::kFloat64);
}

// Several ways to write it, all of which are measured: the network takes the columns as they
// come, or contiguous, copied before or while they are converted; its graph is frozen, or
// prepared for inference.
constexpr const char *ways[] = {"frozen, as they come", "frozen, contiguous, converted",
                                "frozen, converted to contiguous",
                                "optimize_for_inference, as they come",
                                "optimize_for_inference, converted to contiguous"};

enum class Input { strided, copied, contiguous };

constexpr Input inputs[] = {Input::strided, Input::copied, Input::contiguous, Input::strided,
                            Input::contiguous};
constexpr bool optimized[] = {false, false, false, true, true};

// A failure of Torch without its stack.
template <class Work>
auto told(const Work &work) try {
  return work();
} catch (const c10::Error &error) {
  throw std::runtime_error(error.what_without_backtrace());
}

Tensor converted(const Tensor &host, Input input) {
  if (input == Input::strided) return host.to(torch::kFloat32);
  if (input == Input::copied) return host.contiguous().to(torch::kFloat32);
  return host.to(torch::kFloat32, false, false, torch::MemoryFormat::Contiguous);
}

// In real64, as pyhybrid does for a host of real64.
class Scaling {
 public:
  explicit Scaling(const Normalisation &rows) {
    if (rows.scale.empty()) return;
    offset_ = torch::tensor(rows.offset, torch::kFloat64);
    scale_ = torch::tensor(rows.scale, torch::kFloat64);
  }
  Tensor normalised(const Tensor &host) const {
    return scale_.defined() ? host.sub(offset_).div_(scale_) : host;
  }
  void to_physical(Tensor &host) const {
    if (scale_.defined()) host.mul_(scale_).add_(offset_);
  }

 private:
  Tensor offset_, scale_;
};

class PlainModule : public Plain {
 public:
  explicit PlainModule(const PlainOptions &options)
      : nfeature_(options.nfeature),
        noutput_(options.noutput),
        input_(inputs[options.way]),
        inputs_(options.inputs),
        outputs_(options.outputs) {
    at::set_num_threads(1);
    module_ = torch::jit::load(options.path, torch::kCPU);
    module_.eval();
    module_ = optimized[options.way] ? torch::jit::optimize_for_inference(module_)
                                     : torch::jit::freeze(module_);
  }

  void run(const double *x, double *y, int64_t ncol) override {
    const torch::InferenceMode guard;
    told([&] {
      const Tensor host = of_host(const_cast<double *>(x), ncol, nfeature_);
      const Tensor seen = converted(inputs_.normalised(host), input_);
      Tensor results = of_host(y, ncol, noutput_);
      results.copy_(module_.forward({seen}).toTensor());
      outputs_.to_physical(results);
    });
  }

 private:
  torch::jit::Module module_;
  int64_t nfeature_, noutput_;
  Input input_;
  Scaling inputs_, outputs_;
};

// Without this glibc gives freed tensors back to the system after many a call and faults their
// pages in again, which makes plain libtorch up to twice as slow.
void keep_freed_memory() {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

Plain *open(const PlainOptions &options) {
  keep_freed_memory();
  return told([&] { return new PlainModule(options); });
}

void wait(const torch::Device &place) {
  if (!place.is_cpu()) at::accelerator::synchronizeDevice(place.index());
}

// How often `work` can be done in a second: the best of several times.
template <class Work>
double per_second(const torch::Device &place, const Work &work) {
  using clock = std::chrono::steady_clock;
  double best = 0;
  for (int i = 0; i < 10; ++i) {
    const auto start = clock::now();
    work();
    wait(place);
    best = std::max(best, 1 / std::chrono::duration<double>(clock::now() - start).count());
  }
  return best;
}

Tensor host_memory(int64_t bytes, bool pinned) {
  return torch::zeros({bytes}, torch::dtype(torch::kInt8).pinned_memory(pinned));
}

// With its index; throws if Torch does not see it. pyhybrid's "cpu:async" is the CPU too.
torch::Device existing(const std::string &name) {
  if (name.rfind("cpu", 0) == 0) return torch::kCPU;
  torch::Device place(name);
  const bool seen = at::getAccelerator() == place.type();
  const int count = seen ? at::accelerator::deviceCount() : 0;
  if (!place.has_index()) place.set_index(0);
  if (place.index() >= count)
    throw std::runtime_error("device '" + name + "': expected one that Torch sees, found " +
                             std::to_string(count) + " of this type");
  return place;
}

DeviceRates rates_of(const torch::Device &place) {
  const int64_t bytes = place.is_cpu() ? 1 << 24 : 1 << 28, size = place.is_cpu() ? 512 : 4096;
  const auto amount = static_cast<double>(bytes);
  Tensor host = host_memory(bytes, !place.is_cpu());
  Tensor a = host_memory(bytes, false).to(place), b = a.clone();
  const Tensor m = torch::ones({size, size}, place);
  return {amount * per_second(place, [&] { a.copy_(host, true); }),
          amount * per_second(place, [&] { host.copy_(a, true); }),
          2 * amount * per_second(place, [&] { b.copy_(a); }),
          2.0 * size * size * size * per_second(place, [&] { m.mm(m); })};
}

DeviceRates rates(const char *device) {
  const torch::InferenceMode guard;
  return told([&] { return rates_of(existing(device)); });
}

constexpr PlainTable table{std::size(ways), ways, open, rates};

}  // namespace
}  // namespace hybrid_bench

extern "C" __attribute__((visibility("default"))) const hybrid_bench::PlainTable *
hyb_bench_plain() {
  return &hybrid_bench::table;
}
