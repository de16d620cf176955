// SPDX-License-Identifier: BSD-3-Clause
#include "direct.hpp"

#include <cstdint>
#include <string>

#include "axes.hpp"
#include "buffer.hpp"
#include "error.hpp"
#include "floating_point.hpp"
#include "pack.hpp"
#include "text.hpp"

namespace hyb {
namespace {

// The features are the levels of a field named after the matrix.
HostArray matrix(const hyb_view &view, const char *name, int32_t kind, int64_t nrow) {
  const HostArray array = host_array(view, default_axes(2), name, view.extent[0]);
  if (!array.has_column || !array.has_level || array.has_species)
    mismatch(HYB_ERROR_SHAPE, std::string(name) + ": rank", "2", std::to_string(view.rank));
  if (array.kind != kind)
    mismatch(HYB_ERROR_FIELD, std::string(name) + ": kind",
             std::string(kind_name(kind)) + " (card)", kind_name(array.kind));
  if (array.nlevel != nrow)
    mismatch(HYB_ERROR_SHAPE, std::string(name) + ": second extent",
             std::to_string(nrow) + " (card)", std::to_string(array.nlevel));
  return array;
}

bool usable_in_place(const HostArray &array) {
  const auto aligned = [](int64_t n) { return n % static_cast<int64_t>(Buffer::alignment) == 0; };
  return array.sx == size_of_kind(array.kind) && aligned(array.slevel) && array.slevel > 0 &&
         aligned(static_cast<int64_t>(reinterpret_cast<intptr_t>(array.data)));
}

HostArray from_sample(HostArray array, int64_t begin) {
  array.data += begin * array.sx;
  array.nx -= begin;
  return array;
}

void run_copied(const Emulator &emulator, const HostArray &x, const HostArray &y) {
  const Card &card = emulator.card();
  const int64_t n = x.nx, ld = emulator.padded(n), size = size_of_kind(card.kind);
  if (n == 0) return;
  Buffer in, out;
  const Rows features = {in.reserve(card.nfeature * ld * size), card.kind, ld, ld,
                         card.nfeature, 1, false};
  const Rows outputs = {out.reserve(card.noutput * ld * size), card.kind, ld, ld,
                        card.noutput, 1, false};
  pack(x, features, n);
  pad(features, n, ld);
  emulator.run(features.data, outputs.data, ld, n);
  scatter(outputs, y, n);
}

}  // namespace

void run_directly(const Emulator &emulator, const hyb_view &x_view, const hyb_view &y_view) {
  const FloatingPointGuard guard;
  const Card &card = emulator.card();
  const HostArray x = matrix(x_view, "x", card.kind, card.nfeature);
  const HostArray y = matrix(y_view, "y", card.kind, card.noutput);
  check_writable(y, "y");
  if (x.nx != y.nx)
    mismatch(HYB_ERROR_SHAPE, "y: samples", std::to_string(x.nx) + " as in x",
             std::to_string(y.nx));
  int64_t done = 0;
  if (usable_in_place(x) && usable_in_place(y) && x.slevel == y.slevel) {
    done = emulator.padded(x.nx) == x.nx ? x.nx : x.nx - x.nx % emulator.tile();
    if (done > 0) emulator.run(x.data, y.data, x.slevel / size_of_kind(card.kind), done);
  }
  run_copied(emulator, from_sample(x, done), from_sample(y, done));
}

}  // namespace hyb
