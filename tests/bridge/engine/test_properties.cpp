// SPDX-License-Identifier: BSD-3-Clause
// A network of every operation: a column's bits are its own, memory beside x and y stays as it is,
// threads share the network, and nothing is allocated after the first run.
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <thread>

#include "allocations.hpp"
#include "check.h"
#include "engine_network.hpp"

using namespace hybrid_builtin;

namespace {

constexpr float untouched = -12345.0f;
constexpr int64_t guard = 64;  // elements on either side

int64_t outputs() { return rows_of_every_operation(); }

float input(int64_t row, int64_t column) {
  return 0.125f * static_cast<float>((5 * row + 3 * column) % 37) - 2.0f;
}

// Columns first, first + 1 ... in matrices with more room than they need.
struct Batch {
  int64_t n, ld;
  std::vector<float> x, y;

  Batch(int64_t first, int64_t n, int64_t ld)
      : n(n), ld(ld), x(static_cast<size_t>(test_features * ld + 2 * guard), untouched),
        y(static_cast<size_t>(outputs() * ld + 2 * guard), untouched) {
    for (int64_t row = 0; row < test_features; ++row)
      for (int64_t column = 0; column < n; ++column) in(row, column) = input(row, first + column);
  }
  float &in(int64_t row, int64_t column) { return x[at(row, column)]; }
  float &out(int64_t row, int64_t column) { return y[at(row, column)]; }
  size_t at(int64_t row, int64_t column) const {
    return static_cast<size_t>(guard + row * ld + column);
  }
  void run_on(Network &network) { run(network, x.data() + guard, y.data() + guard, n, ld); }
};

// Bits, so that a NaN equals itself.
bool same_column(Batch &a, int64_t i, Batch &b, int64_t j) {
  for (int64_t row = 0; row < outputs(); ++row)
    if (std::memcmp(&a.out(row, i), &b.out(row, j), sizeof(float)) != 0) return false;
  return true;
}

void bits_do_not_depend_on_the_number_of_columns(Network &network) {
  Batch all(0, 300, 300);
  all.run_on(network);
  for (int64_t n = 1; n < 300; n += n < 35 ? 1 : 19) {
    Batch some(300 - n, n, n + n % 3);
    some.run_on(network);
    for (int64_t i = 0; i < n; ++i) CHECK(same_column(some, i, all, 300 - n + i));
  }
}

void neighbours_may_be_anything(Network &network) {
  Batch clean(0, 50, 50), dirty(0, 50, 50);
  for (int64_t row = 0; row < test_features; ++row)
    for (int64_t column = 0; column < 50; ++column)
      if (column % 3) dirty.in(row, column) = column % 2 ? NAN : INFINITY;
  clean.run_on(network);
  dirty.run_on(network);
  for (int64_t column = 0; column < 50; column += 3)
    CHECK(same_column(clean, column, dirty, column));
}

void nothing_else_is_written(Network &network) {
  for (const int64_t n : {1, 15, 16, 33}) {
    Batch batch(0, n, n + 5);
    const std::vector<float> before = batch.x;
    batch.run_on(network);
    CHECK(std::memcmp(before.data(), batch.x.data(), before.size() * sizeof(float)) == 0);
    for (int64_t i = 0; i < guard; ++i) {
      CHECK_EQ(batch.y[static_cast<size_t>(i)], untouched);
      CHECK_EQ(batch.y[batch.y.size() - 1 - static_cast<size_t>(i)], untouched);
    }
    for (int64_t row = 0; row < outputs(); ++row)
      for (int64_t column = n; column < n + 5; ++column)
        CHECK_EQ(batch.out(row, column), untouched);
  }
}

void threads_share_the_network(Network &network) {
  Batch expected(0, 70, 70);
  expected.run_on(network);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread)
    threads.emplace_back([&network, &expected, &wrong] {
      for (int round = 0; round < 5; ++round) {
        Batch mine(0, 70, 70);
        mine.run_on(network);
        if (mine.y.size() != expected.y.size() ||
            std::memcmp(mine.y.data(), expected.y.data(), mine.y.size() * sizeof(float)) != 0)
          ++wrong;
      }
    });
  for (std::thread &thread : threads) thread.join();
  CHECK_EQ(wrong, 0);
}

void nothing_is_allocated_after_the_first_run(Network &network) {
  if (sanitized) return;
  Batch batch(0, 70, 75), other(0, 3, 3);
  batch.run_on(network);
  CHECK(every_kind_is_counted());
  const long before = allocations;
  for (int round = 0; round < 3; ++round) batch.run_on(network), other.run_on(network);
  CHECK_EQ(allocations, before);
}

// A second prepare may choose another tile: memory of the first one must not be used.
void prepare_again(Network &network) {
  Batch before(0, 70, 70), after(0, 70, 70);
  before.run_on(network);
  prepare(network, test_features, outputs(), 256);
  after.run_on(network);
  for (int64_t column = 0; column < 70; ++column) CHECK(same_column(before, column, after, column));
}

}  // namespace

int main() {
  const std::string path = written(every_operation());
  Network network(path.c_str(), {});
  std::remove(path.c_str());
  prepare(network, test_features, outputs(), 48);
  bits_do_not_depend_on_the_number_of_columns(network);
  neighbours_may_be_anything(network);
  nothing_else_is_written(network);
  threads_share_the_network(network);
  nothing_is_allocated_after_the_first_run(network);
  prepare_again(network);
  return check_failures();
}
