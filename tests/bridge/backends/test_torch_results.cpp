// SPDX-License-Identifier: BSD-3-Clause
// What sound TorchScript files give.
#include <algorithm>
#include <cmath>

#include "fields.hpp"
#include "parallel.hpp"

using test::Network;

namespace {

const hyb_backend *backend;

std::string file(const char *name) { return std::string(test::variable("NETWORKS")) + "/" + name; }

// y = (j + 1) x + 0.5, with more room per row than samples: the rest is not touched.
template <class Real>
void check_affine(const char *name, int32_t kind) {
  const int64_t nsample = 16, ld = 20;
  Network network(backend);
  CHECK_EQ(network.open(file(name)), HYB_OK);
  CHECK_HAS(network.card ? network.card : "", "pyhybrid card");
  CHECK_EQ(network.prepare({3, 3, {nsample}, kind}), HYB_OK);
  CHECK_EQ(network.plan.batch_invariant, 1);
  std::vector<Real> x(3 * ld), y(3 * ld, Real(-1));
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<Real>(i);
  CHECK_EQ(network.run(x, y, nsample, ld), HYB_OK);
  for (int64_t j = 0; j < 3; ++j)
    for (int64_t i = 0; i < ld; ++i)
      CHECK_EQ(y[j * ld + i],
               i < nsample ? static_cast<Real>(j + 1) * x[j * ld + i] + Real(0.5) : Real(-1));
}

void check_other_sample_counts() {
  Network network(backend);
  CHECK_EQ(network.open(file("affine.pt")), HYB_OK);
  CHECK_EQ(network.prepare({3, 3}), HYB_OK);
  for (const int64_t nsample : {0, 1, 7, 33}) {
    std::vector<float> x(3 * nsample), y(3 * nsample);
    for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i);
    CHECK_EQ(network.run(x, y, nsample, nsample), HYB_OK);
    for (int64_t j = 0; j < 3; ++j)
      for (int64_t i = j * nsample; i < (j + 1) * nsample; ++i)
        CHECK_EQ(y[i], static_cast<float>(j + 1) * x[i] + 0.5f);
  }
}

void check_fields() {
  Network network(backend);
  CHECK_EQ(network.open(file("fields.pt")), HYB_OK);
  test::check_sums_of_fields(network);
}

// A network saved in training mode is evaluated: dropout would give zeros.
void check_evaluated() {
  Network network(backend);
  CHECK_EQ(network.open(file("dropout.pt")), HYB_OK);
  CHECK_EQ(network.prepare({3, 3}), HYB_OK);
  std::vector<float> x(3 * 16, 2.0f), y(3 * 16);
  CHECK_EQ(network.run(x, y, 16, 16), HYB_OK);
  CHECK(x == y);
}

// Also of a convolution and a recurrent network, whatever the place in the batch.
void check_same_bits(const char *name, int64_t nfeature, int64_t noutput) {
  Network network(backend);
  CHECK_EQ(network.open(file(name)), HYB_OK);
  CHECK_EQ(network.prepare({nfeature, noutput, {16, 32, 64, 512}}), HYB_OK);
  std::printf("%s: bits are %s of the batch\n", name,
              network.plan.batch_invariant ? "independent" : "not independent");
}

std::vector<float> fractions(int64_t n) {
  std::vector<float> x(n);
  for (int64_t i = 0; i < n; ++i) x[i] = static_cast<float>(i % 1009) / 1009;
  return x;
}

// Largest difference over largest magnitude.
float deviation(const std::vector<float> &a, const std::vector<float> &b) {
  float difference = 0.0f, scale = 0.0f;
  for (size_t i = 0; i < a.size(); ++i) {
    difference = std::max(difference, std::fabs(a[i] - b[i]));
    scale = std::max(scale, std::fabs(a[i]));
  }
  return difference / scale;
}

// Prepared for large batches it may compute by oneDNN: real32 all the same (bfloat16 is off by
// 1e-3), the same bits in all threads and, with gaps between the rows, in small batches too.
void check_large_batches(const char *name, int64_t nfeature, int64_t noutput) {
  const int64_t n = 500;  // no multiple of what is transposed at once
  Network small(backend), large(backend);
  CHECK_EQ(small.open(file(name)), HYB_OK);
  CHECK_EQ(large.open(file(name)), HYB_OK);
  CHECK_EQ(small.prepare({nfeature, noutput, {16}}), HYB_OK);
  CHECK_EQ(large.prepare({nfeature, noutput, {16, 128, 512}, HYB_REAL32, 0.0, 512}), HYB_OK);
  const std::vector<float> x = fractions(nfeature * n);
  std::vector<float> expected(noutput * n), y(noutput * n), some(noutput * n, -1.0f);
  CHECK_EQ(small.run(x, expected, n, n), HYB_OK);
  CHECK_EQ(large.run(x, y, n, n), HYB_OK);
  CHECK(deviation(expected, y) < 1e-5f);
  CHECK_EQ(test::failures_in_parallel(large, x, y, n, 40), 0);
  CHECK_EQ(large.plan.batch_invariant, 1);
  CHECK_EQ(large.run(x, some, 16, n), HYB_OK);
  for (int64_t j = 0; j < noutput; ++j)
    for (int64_t i = 0; i < n; ++i) CHECK_EQ(some[j * n + i], i < 16 ? y[j * n + i] : -1.0f);
  std::printf("%s in large batches: other bits than in small ones: %s\n", name,
              y == expected ? "no" : "yes");
}

}  // namespace

int main() {
  backend = test::load_backend(test::variable("BACKEND"));
  check_affine<float>("affine.pt", HYB_REAL32);
  check_affine<double>("affine64.pt", HYB_REAL64);
  check_affine<float>("frozen.pt", HYB_REAL32);
  check_other_sample_counts();
  check_fields();
  check_evaluated();
  check_same_bits("mlp.pt", 124, 128);
  check_same_bits("profile.pt", 60, 60);
  check_large_batches("mlp.pt", 124, 128);
  check_large_batches("m7.pt", 34, 28);
  return check_failures();
}
