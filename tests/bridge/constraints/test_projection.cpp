// SPDX-License-Identifier: BSD-3-Clause
#include "columns.hpp"
#include <chrono>
#include <cstdio>
#include <algorithm>
#include "constraints/projection_loops.hpp"

int main() {
  using namespace convection;
  for (int bounded = 0; bounded < 2; ++bounded) {
  Columns columns(inputs(60), outputs(60), 64);
  json list = {energy(), water()};
  if (bounded) list.push_back(positive());
  hyb::Constraints constraints(sources(list), columns.fields);
  columns.put_inputs();
  std::mt19937_64 random(1);
  make_up(columns, random);
  const auto before = columns.copy();
  hyb::ConstraintWork work;
  constraints.apply(columns.values, work);
  int unmet = 0;
  for (auto u : work.unmet) unmet += u != 0;
  std::printf("unmet %d imbalance %g %g\n", unmet, work.imbalance[0], work.imbalance[64]);
  const auto after = columns.copy();
  double change = 0, most=0;
  for (size_t i = 0; i < after.size(); ++i) { change += after[i] != before[i]; most = std::max(most, std::fabs(after[i]-before[i])); }
  std::printf("changed %g most %g of %zu\n", change, most, after.size());
  constraints.apply(columns.values, work);
  std::printf("again same %d\n", columns.copy() == after);
  double worst = 0;
  for (int64_t c = 0; c < 64; ++c) {
    long double e = 0, ea = 0;
    for (int64_t l = 0; l < 60; ++l) {
      long double m = columns.input("mass").row(l)[c];
      long double t1 = 1004.64L * m * columns.output("heating").row(l)[c], t2 = 2.501e6L * m * columns.output("moistening").row(l)[c];
      e += t1 + t2; ea += fabsl(t1) + fabsl(t2);
    }
    long double t = -3.34e5L * columns.output("snow").row(0)[c]; e += t; ea += fabsl(t);
    worst = std::max(worst, double(fabsl(e) / ea));
  }
  std::printf("worst closure %g\n", worst);
  std::vector<double> times;
  for (int i = 0; i < 400; ++i) {
    size_t at = 0;
    for (auto &f : columns.values.outputs) for (int64_t j = 0; j < f.nrow()*f.ncol; ++j) f.data[j] = before[at++];
    auto t0 = std::chrono::steady_clock::now();
    constraints.apply(columns.values, work);
    times.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - t0).count());
  }
  std::sort(times.begin(), times.end());
  std::printf("%s: %g us, min %g\n", hyb::projection_loops().name, 1e6 * times[200], 1e6 * times[0]);
  }
  return 0;
}
