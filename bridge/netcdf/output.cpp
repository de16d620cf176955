// SPDX-License-Identifier: BSD-3-Clause
#include "output.hpp"

#include <netcdf.h>

#include <algorithm>
#include <array>
#include <utility>

#include "error.hpp"
#include "pack.hpp"

namespace hybrid_netcdf {
namespace {

// What HDF5 may need beside the data: indices of chunks, object headers.
constexpr int64_t metadata_bytes = 1024 * 1024, metadata_bytes_of_series = 16 * 1024;

}  // namespace

Output::Output(const std::string &path, const hyb_recording_options &options,
               std::function<void()> written)
    : file_(path), layout_(define_layout(file_.id(), options)), told_(std::move(written)) {
  file_.sync();
  file_.publish();
}

// Up to the next multiple of the block, so that whole chunks are written again after a short one.
size_t Output::room() const { return layout_.rows - (written_ + waiting_) % layout_.rows; }

void Output::add(const hyb_capture &capture) {
  const size_t nrow = static_cast<size_t>(capture.nrow);
  for (Piece piece{0, 0, 0}; piece.from < nrow; piece.from += piece.count) {
    const bool last_of_block = room() <= nrow - piece.from;
    piece.count = std::min(room(), nrow - piece.from);
    piece.at = waiting_;
    for (Series &series : layout_.series) pack(series, capture, piece);
    waiting_ += piece.count;
    if (last_of_block) write();
  }
}

int64_t Output::bytes_needed() const {
  int64_t bytes = metadata_bytes;
  for (const Series &series : layout_.series) {
    const size_t first = (written_ + series.chunk - 1) / series.chunk;  // not yet in the file
    const size_t end = (written_ + waiting_ + series.chunk - 1) / series.chunk;
    bytes += static_cast<int64_t>((end - first) * series.chunk * series.row_bytes());
    bytes += metadata_bytes_of_series;
  }
  return bytes;
}

void Output::put(const Series &series) {
  const std::array<size_t, 3> start = {written_, 0, 0};
  std::array<size_t, 3> count = {waiting_, series.nlevel, series.nspecies};
  if (series.nlevel == 0) count[1] = series.nspecies;
  errno = 0;
  check(nc_put_vara(series.group, series.id, start.data(), count.data(), series.rows.data()),
        "cannot be written");
}

// Synchronised each time, so that the file is complete up to the last block whatever comes next.
void Output::write() {
  if (waiting_ == 0) return;
  file_.reserve(bytes_needed());
  for (const Series &series : layout_.series) put(series);
  file_.sync();
  written_ += std::exchange(waiting_, 0);
  lasting_ = false;
  told_();
}

void Output::persist() {
  write();
  if (lasting_) return;
  file_.persist();
  lasting_ = true;
}

void Output::close() {
  write();
  file_.close();
}

}  // namespace hybrid_netcdf
