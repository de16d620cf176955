// SPDX-License-Identifier: BSD-3-Clause
// What AOTInductor packages give, and which are refused before any of their code is loaded.
#include <omp.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "backend.hpp"
#include "check.h"
#include "parallel.hpp"

using test::Network;

namespace {

const hyb_backend *backend;

std::string file(const char *name) { return std::string(test::variable("PACKAGES")) + "/" + name; }

// The same by field as in the TorchScript file, in a batch with room after its samples, and with
// one, which has no stride.
void check_fields() {
  const int64_t ld = 20;
  Network network(backend);
  CHECK_EQ(network.open(file("fields.pt2")), HYB_OK);
  CHECK_HAS(network.card ? network.card : "", "\"humid\"");
  CHECK_EQ(network.prepare({13, 12, {16}}), HYB_OK);
  for (const int64_t nsample : {int64_t{1}, int64_t{16}, ld}) {
    std::vector<float> x(13 * ld), y(12 * ld, -1.0f);
    for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i);
    CHECK_EQ(network.run(x, y, nsample, ld), HYB_OK);
    for (int64_t i = 0; i < ld; ++i) {
      const bool in = i < nsample;
      for (int64_t k = 0; k < 4; ++k)
        CHECK_EQ(y[k * ld + i], in ? x[k * ld + i] + x[4 * ld + i] : -1.0f);
      for (int64_t k = 0; k < 8; ++k)
        CHECK_EQ(y[(4 + k) * ld + i], in ? 2 * x[(5 + k) * ld + i] : -1.0f);
    }
  }
}

std::vector<float> numbers(const char *name) {
  std::ifstream stream(file(name), std::ios::binary);
  std::vector<float> values(3 * 64);
  stream.read(reinterpret_cast<char *>(values.data()),
              static_cast<std::streamsize>(values.size() * sizeof(float)));
  return values;
}

std::vector<float> ramp() {
  std::vector<float> x(3 * 64);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i) / 100;
  return x;
}

// Against torch, which sums in another order: 19 terms of the size of the result.
void check_dense(Network &network, std::vector<float> &y) {
  const std::vector<float> x = ramp(), expected = numbers("dense.bin");
  CHECK_EQ(network.run(x, y, 64, 64), HYB_OK);
  for (size_t i = 0; i < y.size(); ++i) CHECK(std::fabs(y[i] - expected[i]) < 1e-5f);
}

void check_threads() {
  Network network(backend);
  CHECK_EQ(network.open(file("dense.pt2")), HYB_OK);
  CHECK_EQ(network.prepare({3, 3, {16, 32, 64}}), HYB_OK);
  std::vector<float> y(3 * 64);
  check_dense(network, y);
  CHECK_EQ(test::failures_in_parallel(network, ramp(), y, 64, 400), 0);
}

void check_open(const char *name, int32_t status, const char *words) {
  Network network(backend);
  CHECK_EQ(network.open(file(name)), status);
  CHECK_HAS(network.message.text, words);
  CHECK(network.handle == nullptr && network.card == nullptr);
}

void check_prepare(const char *name, test::Shape shape, const char *words) {
  Network network(backend);
  CHECK_EQ(network.open(file(name)), HYB_OK);
  CHECK_EQ(network.prepare(shape), HYB_ERROR_CARD);
  CHECK_HAS(network.message.text, words);
}

void check_files() {
  check_open("missing.pt2", HYB_ERROR_FILE, "expected an AOTInductor package");
  check_open("truncated.pt2", HYB_ERROR_FILE, "expected an AOTInductor package");
  check_open("corrupt.pt2", HYB_ERROR_FILE, ": checksum of data/aotinductor");
  check_open("outside.pt2", HYB_ERROR_FILE, "expected names of records inside the file");
  check_open("no_card.pt2", HYB_ERROR_FILE, "found none with a record extra/card.json");
  check_open("no_manifest.pt2", HYB_ERROR_FILE, "found none with a record extra/package.json");
  check_open("code_missing.pt2", HYB_ERROR_FILE, "found none with a record data/none.so");
  check_open("no_code.pt2", HYB_ERROR_FILE, "expected code that can be loaded, found");
  check_open("other_format.pt2", HYB_ERROR_FILE, "expected \"pyhybrid package\" 1, found");
  check_open("key_missing.pt2", HYB_ERROR_FILE, "'torch' not found");
}

void check_machine() {
  check_open("other_torch.pt2", HYB_ERROR_FILE, ": compiled for Torch: expected 2.");
  check_open("other_torch.pt2", HYB_ERROR_FILE, ", found 2.12.1");
  check_open("other_device.pt2", HYB_ERROR_FILE, "expected cpu, found cuda");
  check_open("other_architecture.pt2", HYB_ERROR_FILE, "architecture: expected s390x, found ");
  check_open("other_cpu.pt2", HYB_ERROR_FILE, "expected a CPU with avx1024_quantum, found ");
}

void check_layout() {
  check_open("other_stride.pt2", HYB_ERROR_FILE, "stride: expected [samples (null), 1], found [1,");
  check_open("other_shape.pt2", HYB_ERROR_FILE, "shape: expected [rows, samples (null)], found [n");
  check_open("unknown_kind.pt2", HYB_ERROR_FILE, "expected real32 or real64, found bfloat16");
  check_prepare("other_rows.pt2", {3, 3},
                "features: expected 3 real32 by the card, found 4 real32");
  check_prepare("other_kind.pt2", {3, 3}, "outputs: expected 3 real32 by the card, found 3 real64");
  check_prepare("dense.pt2", {3, 2}, "outputs: expected 2 real32 by the card, found 3 real32");
  check_prepare("dense.pt2", {3, 3, {16}, HYB_REAL64}, "expected 3 real64 by the card, found 3 r");
}

// A .pt2 that is given as TorchScript, and the other way round.
void check_backend() {
  hyb_backend_options options = test::default_options;
  options.backend = "torchscript";
  Network network(backend);
  CHECK_EQ(network.open(file("dense.pt2"), options), HYB_ERROR_FILE);
  CHECK_HAS(network.message.text, "expected a TorchScript file, found");
  options.backend = "aoti";
  const std::string script = std::string(test::variable("NETWORKS")) + "/affine.pt";
  CHECK_EQ(network.open(script, options), HYB_ERROR_FILE);
  CHECK_HAS(network.message.text, "expected an AOTInductor package");
}

// Nothing stays behind, and a folder that is not there is said.
void check_temporary_folder() {
  const std::filesystem::path folder = file("temporary");
  std::filesystem::create_directories(folder);
  setenv("TMPDIR", folder.c_str(), 1);
  Network network(backend);
  CHECK_EQ(network.open(file("dense.pt2")), HYB_OK);
  CHECK(std::filesystem::is_empty(folder));
  std::filesystem::remove(folder);
  CHECK_EQ(Network(backend).open(file("dense.pt2")), HYB_ERROR_FILE);
  unsetenv("TMPDIR");
}

}  // namespace

int main() {
  backend = test::load_backend(test::variable("BACKEND"));
  check_fields();
  check_threads();
  check_files();
  check_machine();
  check_layout();
  check_backend();
  check_temporary_folder();
  return check_failures();
}
