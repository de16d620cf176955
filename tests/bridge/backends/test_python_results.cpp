// SPDX-License-Identifier: BSD-3-Clause
// What sound Python emulators give, in a process without Python.
#include "fields.hpp"

using test::Network;

namespace {

const hyb_backend *backend;

std::string file(const char *name) { return std::string(test::variable("EMULATORS")) + "/" + name; }

template <class Real>
void check_affine(int32_t kind) {
  const int64_t nsample = 16, ld = 20;
  Network network(backend);
  CHECK_EQ(network.open(file("affine.py")), HYB_OK);
  CHECK_HAS(network.card ? network.card : "", "\"pyhybrid card\"");
  CHECK_EQ(network.prepare({3, 3, {nsample, 32}, kind}), HYB_OK);
  CHECK_EQ(network.plan.batch_invariant, 1);
  std::vector<Real> x(3 * ld), y(3 * ld, Real(-1));
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<Real>(i);
  CHECK_EQ(network.run(x, y, nsample, ld), HYB_OK);
  for (int64_t j = 0; j < 3; ++j)
    for (int64_t i = 0; i < ld; ++i)
      CHECK_EQ(y[j * ld + i],
               i < nsample ? static_cast<Real>(j + 1) * x[j * ld + i] + Real(0.5) : Real(-1));
}

void check_other_function_and_twin() {
  std::vector<float> x(3 * 16, 2.0f), y(3 * 16);
  Network plain(backend), twin(backend), other(backend);
  hyb_backend_options options = test::default_options;
  options.function = "other";
  CHECK_EQ(other.open(file("affine.py"), options), HYB_OK);
  CHECK_EQ(twin.open(file("twin/affine.py")), HYB_OK);
  CHECK_EQ(plain.open(file("affine.py")), HYB_OK);
  for (Network *network : {&plain, &twin, &other}) CHECK_EQ(network->prepare({3, 3}), HYB_OK);
  CHECK_EQ(other.run(x, y, 16, 16), HYB_OK);
  CHECK_EQ(y[0], -2.0f);
  CHECK_EQ(twin.run(x, y, 16, 16), HYB_OK);
  CHECK_EQ(y[0], -2.0f);
  CHECK_EQ(plain.run(x, y, 16, 16), HYB_OK);
  CHECK_EQ(y[0], 2.5f);
}

void check_fields(const char *name) {
  Network network(backend);
  CHECK_EQ(network.open(file(name)), HYB_OK);
  test::check_sums_of_fields(network);
}

// The words go to Python's stdout, which may have been taken away.
void check_printing() {
  Network network(backend);
  CHECK_EQ(network.open(file("printing.py")), HYB_OK);
  CHECK_EQ(network.prepare({3, 3}), HYB_OK);
  std::vector<float> x(3 * 16, 20.0f), y(3 * 16);
  for (int run = 0; run < 2; ++run) CHECK_EQ(network.run(x, y, 16, 16), HYB_OK);
  CHECK(x == y);
}

}  // namespace

int main() {
  backend = test::load_backend(test::variable("BACKEND"));
  check_affine<float>(HYB_REAL32);
  check_affine<double>(HYB_REAL64);
  check_other_function_and_twin();
  check_fields("fields.py");
  check_fields("fields_tuple.py");
  CHECK(getenv("OPENBLAS_NUM_THREADS") == nullptr);
  check_printing();
  return check_failures();
}
