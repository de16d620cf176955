// SPDX-License-Identifier: BSD-3-Clause
// What threads that run a network at the same time need is kept for the next run, however many they
// are.
#include <atomic>
#include <cstdlib>
#include <new>
#include <thread>

#include "check.h"
#include "engine_network.hpp"
#include "sanitizers.hpp"

using namespace hybrid_builtin;

namespace {

constexpr int most_threads = 100;

// The blocks of aligned memory that are not freed yet: the workspaces'.
std::atomic<void *> blocks[16 * most_threads];
std::atomic<bool> counts{false};
std::atomic<int> waiting{0};
thread_local bool has_waited = false;

// Until all threads are making their workspaces.
[[maybe_unused]] void meet() {
  if (has_waited) return;
  has_waited = true;
  ++waiting;
  while (waiting < most_threads) std::this_thread::yield();
}

[[maybe_unused]] void exchange(void *from, void *to) {
  for (std::atomic<void *> &block : blocks) {
    void *expected = from;
    if (block.compare_exchange_strong(expected, to)) return;
  }
}

int alive() {
  int count = 0;
  for (const std::atomic<void *> &block : blocks) count += block != nullptr;
  return count;
}

}  // namespace

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
extern "C" {
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);
void *aligned_alloc(size_t to, size_t n) noexcept {
  void *block = __libc_memalign(to, n);
  if (counts) meet(), exchange(nullptr, block);
  return block;
}
void free(void *block) noexcept {
  if (counts && block) exchange(block, nullptr);
  __libc_free(block);
}
}
#endif

namespace {

void run_once(Network &network) {
  const std::vector<float> x(static_cast<size_t>(test_features) * 20, 0.5f);
  std::vector<float> y(static_cast<size_t>(rows_of_every_operation()) * 20);
  run(network, x.data(), y.data(), 20, 20);
}

void workspaces_are_kept(Network &network) {
  counts = true;
  std::vector<std::thread> threads;
  for (int i = 0; i < most_threads; ++i) threads.emplace_back([&] { run_once(network); });
  for (std::thread &thread : threads) thread.join();
  counts = false;
  CHECK_EQ(waiting, most_threads);
  CHECK_EQ(alive(), 3 * most_threads);  // working memory, x and y of each
}

}  // namespace

int main() {
  const std::string path = written(every_operation());
  Network network(path.c_str(), {});
  std::remove(path.c_str());
  prepare(network, test_features, rows_of_every_operation(), 48);
  if (!sanitized) workspaces_are_kept(network);
  return check_failures();
}
