// SPDX-License-Identifier: BSD-3-Clause
// An operator for networks of the tests: the identity on a device whose memory has room for `most`
// samples. More of them fail as Torch's allocators for devices fail.
#include <ATen/core/Tensor.h>
#include <torch/library.h>

namespace {

at::Tensor limited(const at::Tensor &x, int64_t most) {
  TORCH_CHECK_WITH(OutOfMemoryError, x.size(0) <= most, "TEST out of memory. Tried to allocate ",
                   x.size(0), " samples, there is room for ", most);
  return x.clone();
}

}  // namespace

TORCH_LIBRARY(hybrid_test, library) {
  library.def("limited(Tensor x, int most) -> Tensor", &limited);
}
