// SPDX-License-Identifier: BSD-3-Clause
#include "bandwidth.hpp"

#include <cstring>
#include <vector>

#include "clock.hpp"

namespace hybrid_bench {
namespace {

constexpr size_t count = size_t{1} << 23;  // 64 MiB of real64

template <class Work>
double median_time(const Work &work) {
  std::vector<double> seconds;
  for (int i = 0; i < 9; ++i) {
    const double start = now();
    work();
    seconds.push_back(now() - start);
  }
  return median(seconds);
}

// Pretends to read the result, so that the work is not optimised away.
void read_by_nobody(const void *data) { __asm__ volatile("" : : "r"(data) : "memory"); }

void triad(const std::vector<double> &b, const std::vector<double> &c, std::vector<double> &a) {
  for (size_t i = 0; i < count; ++i) a[i] = b[i] + 3 * c[i];
  read_by_nobody(a.data());
}

void copy(const std::vector<double> &from, std::vector<double> &to) {
  std::memcpy(to.data(), from.data(), count * sizeof(double));
  read_by_nobody(to.data());
}

void convert(const std::vector<double> &from, std::vector<float> &to) {
  for (size_t i = 0; i < count; ++i) to[i] = static_cast<float>(from[i]);
  read_by_nobody(to.data());
}

}  // namespace

nlohmann::json bandwidths() {
  std::vector<double> a(count, 1), b(count, 2), c(count, 3);
  std::vector<float> narrow(count);
  const auto bytes = [](size_t of_element) { return static_cast<double>(count * of_element); };
  return {{"copy", bytes(16) / median_time([&] { copy(a, b); })},
          {"triad", bytes(24) / median_time([&] { triad(a, b, c); })},
          {"conversion", bytes(12) / median_time([&] { convert(a, narrow); })}};
}

}  // namespace hybrid_bench
