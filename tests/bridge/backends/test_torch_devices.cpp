// SPDX-License-Identifier: BSD-3-Clause
// Where and how precisely a network computes: devices by name, batches in flight, want of memory.
// "cpu:async" goes the way of an accelerator.
#include <omp.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "backend.hpp"
#include "check.h"

using test::Network;

namespace {

const hyb_backend *backend;
constexpr int64_t nsample = 16, size = 3 * nsample;

std::string file(const char *name) { return std::string(test::variable("NETWORKS")) + "/" + name; }

hyb_backend_options on(const char *device, const char *precision = "float32") {
  hyb_backend_options options = test::default_options;
  options.device = device;
  options.precision = precision;
  return options;
}

// A matrix for x and one for y in memory of the network.
struct Block {
  Block(const Network &network, float value, int64_t count = size)
      : network(network),
        x(static_cast<float *>(network.backend->reserve(network.handle, count * sizeof(float)))),
        y(static_cast<float *>(network.backend->reserve(network.handle, count * sizeof(float)))) {
    std::fill(x, x + count, value);
    std::fill(y, y + count, -1.0f);
  }
  Block(const Block &) = delete;
  Block &operator=(const Block &) = delete;
  ~Block() {
    network.backend->release(network.handle, x);
    network.backend->release(network.handle, y);
  }
  hyb_matrices matrices(int64_t n = nsample) const { return {sizeof(hyb_matrices), n, n, x, y}; }

  const Network &network;
  float *const x, *const y;
};

int32_t submit(const Network &network, const Block &block, void **batch, hyb_message *message) {
  const test::FloatingPointGuard guard;
  const hyb_matrices matrices = block.matrices();
  return network.backend->submit(network.handle, &matrices, batch, message);
}

int32_t wait(const Network &network, void *batch, hyb_message *message) {
  const test::FloatingPointGuard guard;
  return network.backend->wait(network.handle, batch, message);
}

void check_names() {
  for (const char *name : {"cuda:99", "xpu:99", "tpu", "cpu:7", "cuda:-1", "CPU"}) {
    Network network(backend);
    CHECK_EQ(network.open(file("affine.pt"), on(name)), HYB_ERROR_CONFIG);
    CHECK_HAS(network.message.text, "device of the emulator: expected cpu or auto");
    CHECK_HAS(network.message.text, (std::string("found ") + name).c_str());
  }
  for (const char *name : {"cpu", "", "auto"})
    CHECK_EQ(Network(backend).open(file("affine.pt"), on(name)), HYB_OK);
}

// All that may be in flight are, none waits for another, and they are waited for in any order.
void check_in_flight() {
  Network network(backend);
  CHECK_EQ(network.open(file("affine.pt"), on("cpu:async")), HYB_OK);
  CHECK_EQ(network.prepare({3, 3}), HYB_OK);
  CHECK(network.plan.in_flight >= 2);
  if (check_failures()) return;
  std::vector<void *> batches(network.plan.in_flight);
  std::vector<std::unique_ptr<Block>> blocks;
  for (void *&batch : batches) {
    blocks.push_back(std::make_unique<Block>(network, static_cast<float>(blocks.size())));
    CHECK_EQ(reinterpret_cast<uintptr_t>(blocks.back()->x) % 64, 0);
    CHECK_EQ(submit(network, *blocks.back(), &batch, &network.message), HYB_OK);
  }
  void *extra = &extra;
  CHECK_EQ(submit(network, *blocks[0], &extra, &network.message), HYB_ERROR_PHASE);
  CHECK_HAS(network.message.text, "batches in flight: expected at most");
  CHECK(extra == nullptr);
  for (size_t i = batches.size(); i-- > 0;) {
    CHECK_EQ(wait(network, batches[i], &network.message), HYB_OK);
    for (int64_t k = 0; k < size; ++k)
      CHECK_EQ(blocks[i]->y[k], static_cast<float>(i) * static_cast<float>(k / nsample + 1) + 0.5f);
  }
  void *never_waited_for = nullptr;
  CHECK_EQ(submit(network, *blocks[0], &never_waited_for, &network.message), HYB_OK);
}

// The next batch in the same memory has values of its own, not those that went before.
void check_used_again() {
  Network network(backend);
  CHECK_EQ(network.open(file("affine.pt"), on("cpu:async")), HYB_OK);
  CHECK_EQ(network.prepare({3, 3}), HYB_OK);
  const Block block(network, 0.0f);
  for (const float value : {1.0f, 2.0f, 3.0f}) {
    std::fill(block.x, block.x + size, value);
    void *batch = nullptr;
    CHECK_EQ(submit(network, block, &batch, &network.message), HYB_OK);
    CHECK_EQ(wait(network, batch, &network.message), HYB_OK);
    for (int64_t k = 0; k < size; ++k)
      CHECK_EQ(block.y[k], value * static_cast<float>(k / nsample + 1) + 0.5f);
  }
}

void check_synchronous() {
  Network network(backend);
  CHECK_EQ(network.open(file("affine.pt")), HYB_OK);
  CHECK_EQ(network.prepare({3, 3}), HYB_OK);
  CHECK_EQ(network.plan.in_flight, 0);
  const Block block(network, 1.0f);
  void *batch = &batch;
  CHECK_EQ(submit(network, block, &batch, &network.message), HYB_ERROR_PHASE);
  CHECK(batch == nullptr);
}

// Both ways of running, both layouts, the same bits.
void check_same_as_cpu() {
  const int64_t n = 64, ld = 80;
  Network plain(backend), device(backend);
  CHECK_EQ(plain.open(file("m7.pt")), HYB_OK);
  CHECK_EQ(device.open(file("m7.pt"), on("cpu:async")), HYB_OK);
  for (Network *network : {&plain, &device})
    CHECK_EQ(network->prepare({34, 28, {16, 64}}), HYB_OK);
  std::vector<float> x(34 * ld), expected(28 * ld, -1.0f), found(28 * ld, -1.0f);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 101) / 101;
  CHECK_EQ(plain.run(x, expected, n, ld), HYB_OK);
  CHECK_EQ(device.run(x, found, n, ld), HYB_OK);
  CHECK(expected == found);
}

bool batch_is_right(const Network &network, int number) {
  const bool fails = number % 10 == 9;
  const Block block(network, fails ? 20.0f : static_cast<float>(number % 7));
  hyb_message message{};
  void *batch = nullptr;
  while (submit(network, block, &batch, &message) == HYB_ERROR_PHASE) {
  }
  const int32_t status = wait(network, batch, &message);
  if (fails) return status == HYB_ERROR_BACKEND && std::strstr(message.text, "too hot");
  return status == HYB_OK && std::equal(block.x, block.x + size, block.y);
}

// More threads than batches may be in flight; what fails is told to its own thread by wait.
void check_threads() {
  Network network(backend);
  CHECK_EQ(network.open(file("raising.pt"), on("cpu:async")), HYB_OK);
  CHECK_EQ(network.prepare({3, 3}), HYB_OK);
  if (check_failures()) return;
  int failures = 0;
#pragma omp parallel for num_threads(8) reduction(+ : failures) schedule(dynamic)
  for (int number = 0; number < 1000; ++number)
    failures += batch_is_right(network, number) ? 0 : 1;
  CHECK_EQ(failures, 0);
}

// Room for 40 samples: of 64, then parts of 32. The plan says so.
void check_memory(const char *device) {
  Network network(backend);
  CHECK_EQ(network.open(file("limited.pt"), on(device)), HYB_OK);
  CHECK_EQ(network.prepare({3, 3, {16, 32, 64}}), HYB_OK);
  CHECK_EQ(network.plan.tile, 32);
  std::vector<float> x(3 * 100), y(3 * 100);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i);
  CHECK_EQ(network.run(x, y, 100, 100), HYB_OK);
  CHECK(x == y);
  Network full(backend);
  CHECK_EQ(full.open(file("full.pt"), on(device)), HYB_OK);
  CHECK_EQ(full.prepare({3, 3, {16, 32}}), HYB_ERROR_MEMORY);
  CHECK_HAS(full.message.text, "Tried to allocate 16 samples, there is room for 8");
}

// After it was prepared: what fits is found out once, and for all batches.
void check_memory_later() {
  Network network(backend);
  CHECK_EQ(network.open(file("limited.pt"), on("cpu:async")), HYB_OK);
  CHECK_EQ(network.prepare({3, 3, {16, 32}}), HYB_OK);
  CHECK_EQ(network.plan.tile, 0);
  std::vector<float> x(3 * 500), y(3 * 500);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i);
  CHECK_EQ(network.run(x, y, 500, 500), HYB_OK);
  CHECK(x == y);
}

void check_precision() {
  Network none(backend), granted(backend), unknown(backend);
  CHECK_EQ(none.open(file("mlp.pt"), on("cpu:async", "tf32")), HYB_OK);
  CHECK_EQ(none.prepare({124, 128}), HYB_ERROR_CONFIG);
  CHECK_HAS(none.message.text, "expected float32, as its card grants no tolerance, found tf32");
  CHECK_EQ(granted.open(file("mlp.pt"), on("cpu:async", "tf32")), HYB_OK);
  CHECK_EQ(granted.prepare({124, 128, {16}, HYB_REAL32, 1e-2}), HYB_OK);
  CHECK_EQ(unknown.open(file("mlp.pt"), on("cpu", "float16")), HYB_ERROR_CONFIG);
  CHECK_HAS(unknown.message.text, "expected float32 or tf32, found float16");
}

void check_package() {
  Network network(backend);
  const std::string package = std::string(test::variable("PACKAGES")) + "/dense.pt2";
  CHECK_EQ(network.open(package, on("cpu:async")), HYB_OK);
  CHECK_EQ(network.prepare({3, 3, {16, 64}}), HYB_OK);
  CHECK(network.plan.in_flight >= 2);
}

}  // namespace

int main() {
  backend = test::load_backend(test::variable("BACKEND"));
  if (!dlopen(test::variable("LIMITED_MEMORY"), RTLD_NOW)) std::puts(dlerror());
  check_names();
  check_in_flight();
  check_used_again();
  check_synchronous();
  check_same_as_cpu();
  check_threads();
  check_memory("cpu");
  check_memory("cpu:async");
  check_memory_later();
  check_precision();
  check_package();
  return check_failures();
}
