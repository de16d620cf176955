// SPDX-License-Identifier: BSD-3-Clause
// A TorchScript network by plain libtorch, and what Torch says of a device. In a shared object of
// its own, which is opened where it was built: so the other programs run without Torch.
#pragma once

#include <cstdint>
#include <vector>

namespace hybrid_bench {

class Plain {
 public:
  virtual ~Plain() = default;
  // x [feature][ncol] and y [output][ncol], columns fastest.
  virtual void run(const double *x, double *y, int64_t ncol) = 0;
};

// What the network sees of a matrix's rows: (value - offset) / scale. Empty: the values.
struct Normalisation {
  std::vector<double> offset, scale;
};

struct PlainOptions {
  const char *path;
  int64_t nfeature, noutput;
  int32_t way;  // one of `ways`
  Normalisation inputs, outputs;
};

// [bytes s-1], [FLOP s-1]
struct DeviceRates {
  double to_device, from_device, on_device, products;
};

// What the shared object exports as `hyb_bench_plain`. Compiled together with its user, so
// exceptions and classes cross.
struct PlainTable {
  int32_t nways;
  const char *const *ways;
  Plain *(*open)(const PlainOptions &options);  // to be deleted
  DeviceRates (*rates)(const char *device);
};

using PlainFunction = const PlainTable *(*)();

// The table of a shared object, which stays open for ever. Throws std::runtime_error.
const PlainTable &open_plain(const char *path);

}  // namespace hybrid_bench
