// SPDX-License-Identifier: BSD-3-Clause
// Appending from four threads while a fifth flushes and asks; built with ThreadSanitizer as well.
#include <set>
#include <thread>

#include "reading.hpp"

namespace {

constexpr int64_t nthread = 4, nstep = 200, ncol = 32;

void append_all(void *file, int64_t thread) {
  for (int64_t step = 1; step <= nstep; ++step)
    CHECK_EQ(append(file, step, 1 + thread * ncol, ncol), HYB_OK);
}

void check_complete(const std::string &path) {
  const Reading reading(path);
  std::set<std::pair<int64_t, int64_t>> samples;
  for (int64_t i = 0; i < reading.nsample; ++i)
    samples.emplace(reading.step[i], reading.column[i]);
  CHECK_EQ(samples.size(), nstep * nthread * ncol);
}

}  // namespace

int main() {
  const Folder folder;
  const std::string path = folder / "threads.nc";
  void *file = created(path, options(1 << 20));
  std::vector<std::thread> threads;
  for (int64_t t = 0; t < nthread; ++t) threads.emplace_back(append_all, file, t);
  for (int i = 0; i < 20; ++i) {
    CHECK_EQ(storage().state(file, nullptr), HYB_OK);
    CHECK_EQ(storage().flush(file, nullptr), HYB_OK);
  }
  for (std::thread &thread : threads) thread.join();
  CHECK_EQ(storage().close(file, nullptr), HYB_OK);
  CHECK_EQ(held_captures, 0);
  CHECK_EQ(check_file(path), nstep * nthread * ncol);
  check_complete(path);
  return check_failures();
}
