// SPDX-License-Identifier: BSD-3-Clause
#include "kernels.hpp"

#include <algorithm>
#include <cstdlib>

#include "parts.hpp"

namespace hybrid_builtin {
namespace {

Cpu found() {
#if defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                    __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512cd");
  if (avx2) return avx512 ? Cpu::avx512 : Cpu::avx2;
#endif
  return Cpu::baseline;
}

std::string wanted_name() {
  const char *name = std::getenv("HYBRID_CPU");
  return name ? name : "";
}

Cpu wanted() {
  const std::string name = wanted_name();
  if (name == "baseline") return Cpu::baseline;
  return name == "avx2" ? Cpu::avx2 : Cpu::avx512;
}

template <class Real>
Kernels<Real> made() {
  Kernels<Real> table{};
  elementwise(table);
  over_groups(table);
  recurrent(table);
  products(table);
  return table;
}

}  // namespace

Cpu cpu() {
  static const Cpu chosen = std::min(found(), wanted());
  return chosen;
}

bool is_restricted() { return cpu() < found(); }

const std::string &unknown_cpu() {
  static const std::string name = wanted_name();
  static const std::string none;
  return name == "baseline" || name == "avx2" ? none : name;
}

template <class Real>
const Kernels<Real> &kernels() {
  static const Kernels<Real> table = made<Real>();
  return table;
}
template const Kernels<float> &kernels();
template const Kernels<double> &kernels();

}  // namespace hybrid_builtin
