// SPDX-License-Identifier: BSD-3-Clause
// Emulators that take one array per field: warm = t + p, humid = 2 q.
#pragma once

#include "backend.hpp"
#include "check.h"

namespace test {

// One array per field, warmed up for 16 samples.
template <size_t ninput, size_t nresult>
hyb_signature signature_of_fields(int64_t nfeature, int64_t noutput,
                                  const hyb_slice (&input)[ninput],
                                  const hyb_slice (&result)[nresult]) {
  static const int64_t samples[] = {16};
  return {sizeof(hyb_signature), HYB_REAL32, 0, nfeature, noutput, ninput, nresult, input, result,
          samples, 1, 0.0, 0};
}

// t (sample, level), p (sample), q (sample, level, species): feature = offset + species * nlevel
// + level.
inline constexpr hyb_slice three_inputs[] = {
    {"t", 0, 4, 4, 0}, {"p", 4, 1, 0, 0}, {"q", 5, 8, 4, 2}};
inline constexpr hyb_slice two_results[] = {{"warm", 0, 4, 4, 0}, {"humid", 4, 8, 4, 2}};

inline hyb_signature fields_signature() {
  return signature_of_fields(13, 12, three_inputs, two_results);
}

// Prepares it and looks at every number of a batch.
inline void check_sums_of_fields(Network &network) {
  const int64_t ld = 16;
  CHECK_EQ(network.prepare_with(fields_signature()), HYB_OK);
  std::vector<float> x(13 * ld), y(12 * ld);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i);
  CHECK_EQ(network.run(x, y, ld, ld), HYB_OK);
  for (int64_t i = 0; i < ld; ++i) {
    for (int64_t k = 0; k < 4; ++k) CHECK_EQ(y[k * ld + i], x[k * ld + i] + x[4 * ld + i]);
    for (int64_t k = 0; k < 8; ++k) CHECK_EQ(y[(4 + k) * ld + i], 2 * x[(5 + k) * ld + i]);
  }
}

}  // namespace test
