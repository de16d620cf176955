// SPDX-License-Identifier: BSD-3-Clause
// The same columns give the same bits, however they are cut into blocks, ordered or threaded.
#include <atomic>
#include <numeric>
#include <random>
#include <thread>

#include "model.hpp"

constexpr int64_t ncol = 333;

static Model inexact() {
  Model model(ncol);
  for (double &t : model.temperature) t += 0.1;
  return model;
}

static bool same_bits(const Model &a, const Model &b) {
  return std::memcmp(a.heating.data(), b.heating.data(), a.heating.size() * 8) == 0 &&
         std::memcmp(a.rain.data(), b.rain.data(), a.rain.size() * 8) == 0;
}

static void block_sizes_do_not_matter(const Scheme &scheme, const Model &all) {
  for (const int64_t size : {1, 7, 16, 32, 100, 332}) {
    Model model = inexact();
    model.blocks(scheme, size);
    CHECK(same_bits(model, all));
  }
}

static void the_order_of_blocks_does_not_matter(const Scheme &scheme, const Model &all) {
  std::vector<int64_t> firsts;
  for (int64_t first = 1; first <= ncol; first += 9) firsts.push_back(first);
  std::shuffle(firsts.begin(), firsts.end(), std::mt19937(4711));
  Model model = inexact();
  for (const int64_t first : firsts)
    model.block(scheme, first, std::min<int64_t>(9, ncol - first + 1));
  CHECK(same_bits(model, all));
}

// Put and run all, then get and close all.
static void two_loops_do_not_matter(const Scheme &scheme, const Model &all) {
  Model model = inexact();
  std::vector<Call> calls;
  for (int64_t first = 1; first <= ncol; first += 9) {
    calls.emplace_back(scheme, 9, first);
    model.put_all(calls.back(), first, 9);
    CHECK_OK(calls.back().run());
  }
  for (size_t i = 0; i < calls.size(); ++i) {
    model.get_all(calls[i], 1 + 9 * static_cast<int64_t>(i), 9);
    CHECK_OK(calls[i].close());
  }
  CHECK(same_bits(model, all));
}

// Threads take the next block when they are done with one.
static void threads_do_not_matter(const Scheme &scheme, const Model &all) {
  for (int round = 0; round < 10; ++round) {
    Model model = inexact();
    std::atomic<int64_t> next{1};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        for (int64_t first = next.fetch_add(7); first <= ncol; first = next.fetch_add(7))
          model.block(scheme, first, std::min<int64_t>(7, ncol - first + 1));
      });
    for (std::thread &thread : threads) thread.join();
    CHECK(same_bits(model, all));
  }
}

static void nothing_matters(const std::string &switches, const std::string &batch) {
  const Scheme scheme(emulate(write_emulator(column_card, switches)) + batch);
  Model all = inexact();
  all.block(scheme, 1, ncol);
  block_sizes_do_not_matter(scheme, all);
  the_order_of_blocks_does_not_matter(scheme, all);
  two_loops_do_not_matter(scheme, all);
  threads_do_not_matter(scheme, all);
}

int main() {
  nothing_matters("", "");
  nothing_matters("", "batch.columns = 48\n");
  nothing_matters("tile=64 step=16", "");
  nothing_matters("tile=32", "batch.columns = 48\n");
  nothing_matters("variant tile=48 step=16", "");
  nothing_matters("variant", "");  // results depend on the size of a batch, hence one size only
  nothing_matters("variant", "batch.columns = 100\n");
  return check_failures();
}
