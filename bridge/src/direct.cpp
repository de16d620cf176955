// SPDX-License-Identifier: BSD-3-Clause
#include "direct.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
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
  return array.sx == size_of_kind(array.kind) && array.slevel == array.nx * array.sx &&
         aligned(static_cast<int64_t>(reinterpret_cast<intptr_t>(array.data)));
}

// Bytes from the first to behind the last.
struct Reach {
  intptr_t begin, end;
};

// Of the samples of a row.
Reach reach_of_row(const HostArray &array, int64_t row) {
  const intptr_t first = reinterpret_cast<intptr_t>(array.data) + row * array.slevel;
  const intptr_t last = first + (array.nx - 1) * array.sx;
  return {std::min(first, last), std::max(first, last) + size_of_kind(array.kind)};
}

Reach reach_of(const HostArray &array) {
  const Reach first = reach_of_row(array, 0), last = reach_of_row(array, array.nlevel - 1);
  return {std::min(first.begin, last.begin), std::max(first.end, last.end)};
}

bool meet(const Reach &a, const Reach &b) { return a.begin < b.end && b.begin < a.end; }

// Rows with the same stride may lie between each other's samples.
bool rows_overlap(const HostArray &x, int64_t i, const HostArray &y, int64_t j) {
  const Reach a = reach_of_row(x, i), b = reach_of_row(y, j);
  if (!meet(a, b)) return false;
  const int64_t step = std::abs(x.sx), size = size_of_kind(x.kind);
  if (step == 0 || step != std::abs(y.sx)) return true;
  const int64_t shift = std::abs(a.begin - b.begin) % step;
  return shift < size || step - shift < size;
}

bool overlap(const HostArray &x, const HostArray &y) {
  if (x.nx == 0 || !meet(reach_of(x), reach_of(y))) return false;
  for (int64_t i = 0; i < x.nlevel; ++i)
    for (int64_t j = 0; j < y.nlevel; ++j)
      if (rows_overlap(x, i, y, j)) return true;
  return false;
}

HostArray samples(HostArray array, int64_t begin, int64_t count) {
  array.data += begin * array.sx;
  array.nx = count;
  return array;
}

Rows rows_of(Buffer &buffer, const HostArray &array, const Tiles &tiles,
             const Normalisation &normalisation) {
  Rows rows = lone_rows(buffer.reserve(tiles.size() * size_of_kind(array.kind)), array.kind,
                        array, array.nx);
  rows.tiles = tiles;
  rows.scaling = normalisation.from(0);
  return rows;
}

std::string json_about(const Emulator &emulator) {
  const nlohmann::json about = {{"backend", emulator.backend()}, {"about", emulator.about()}};
  return about.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

DirectEmulator::DirectEmulator(const EmulatorConfig &config)
    : emulator_(config, ""), about_(json_about(emulator_)) {}

// Memory that was used before, since fresh memory costs more than the copy.
class DirectEmulator::Lent {
 public:
  explicit Lent(DirectEmulator &owner) : owner_(owner) {
    const std::lock_guard<std::mutex> lock(owner_.mutex_);
    if (owner_.workspaces_.empty()) {
      owner_.workspaces_.reserve(owner_.made_ + 1);  // giving back cannot fail
      own_ = std::make_unique<Workspace>();
      ++owner_.made_;
    } else {
      own_ = std::move(owner_.workspaces_.back());
      owner_.workspaces_.pop_back();
    }
  }
  ~Lent() {
    const std::lock_guard<std::mutex> lock(owner_.mutex_);
    owner_.workspaces_.push_back(std::move(own_));
  }
  Lent(const Lent &) = delete;
  Lent &operator=(const Lent &) = delete;

  Workspace *operator->() const { return own_.get(); }

 private:
  DirectEmulator &owner_;
  std::unique_ptr<Workspace> own_;
};

// Tile by tile, through buffers that stay in the cache.
void DirectEmulator::run_copied(const HostArray &x, const HostArray &y) {
  const Card &card = emulator_.card();
  const Lent space(*this);
  for (int64_t begin = 0; begin < x.nx; begin += emulator_.tile()) {
    const int64_t n = std::min(x.nx - begin, emulator_.tile());
    const HostArray from = samples(x, begin, n), to = samples(y, begin, n);
    const Rows features = rows_of(space->in, from, emulator_.tiles(card.nfeature, n),
                                  card.normalised_inputs);
    const Rows outputs = rows_of(space->out, to, emulator_.tiles(card.noutput, n),
                                 card.normalised_outputs);
    pack(from, features, n);
    pad(features.data, card.kind, features.tiles, n);
    emulator_.run(features.data, outputs.data, n);
    scatter(outputs, to, n);
  }
}

void DirectEmulator::run(const hyb_view &x_view, const hyb_view &y_view) {
  const FloatingPointGuard guard;
  const Card &card = emulator_.card();
  const HostArray x = matrix(x_view, "x", card.kind, card.nfeature);
  const HostArray y = matrix(y_view, "y", card.kind, card.noutput);
  check_writable(y, "y");
  if (x.nx != y.nx)
    mismatch(HYB_ERROR_SHAPE, "y: samples", std::to_string(x.nx) + " as in x",
             std::to_string(y.nx));
  if (overlap(x, y)) mismatch(HYB_ERROR_ARGUMENT, "y: memory", "none that x has too", "some");
  const bool one_batch = x.nx <= emulator_.tile() && emulator_.padded(x.nx) == x.nx;
  const bool physical = card.normalised_inputs.empty() && card.normalised_outputs.empty();
  if (one_batch && physical && usable_in_place(x) && usable_in_place(y))
    emulator_.run(x.data, y.data, x.nx);
  else
    run_copied(x, y);
}

}  // namespace hyb
