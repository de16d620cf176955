// SPDX-License-Identifier: BSD-3-Clause
#include "pack.hpp"

#include <netcdf.h>

#include <algorithm>
#include <cstring>
#include <limits>

namespace hybrid_netcdf {
namespace {

template <class T>
T *rows_at(Series &series, size_t at) {
  return reinterpret_cast<T *>(series.rows.data() + at * series.row_bytes());
}

// Rows are taken in strips that stay in the first-level cache while the levels pass.
constexpr size_t strip = 32;

template <class T, class Convert>
void transpose(Series &series, const hyb_capture &capture, const Piece &piece, Convert convert) {
  const T *source = static_cast<const T *>(capture.data[series.field]);
  const size_t nlevel = std::max<size_t>(series.nlevel, 1);
  const size_t nspecies = std::max<size_t>(series.nspecies, 1), width = nlevel * nspecies;
  const size_t ld = static_cast<size_t>(capture.ld);
  T *target = rows_at<T>(series, piece.at);
  for (size_t begin = 0; begin < piece.count; begin += strip) {
    const size_t end = std::min(begin + strip, piece.count);
    for (size_t s = 0; s < nspecies; ++s)
      for (size_t l = 0; l < nlevel; ++l)
        for (size_t i = begin; i < end; ++i)
          target[i * width + l * nspecies + s] =
              convert(source[(s * nlevel + l) * ld + capture.row[piece.from + i]]);
  }
}

template <class T>
void fill(Series &series, const Piece &piece, T value) {
  std::fill_n(rows_at<T>(series, piece.at), piece.count * series.values(), value);
}

void fill_field(Series &series, const Piece &piece) {
  if (series.kind == HYB_REAL64)
    fill<double>(series, piece, NC_FILL_DOUBLE);
  else if (series.kind == HYB_REAL32)
    fill<float>(series, piece, NC_FILL_FLOAT);
  else
    fill<int32_t>(series, piece, NC_FILL_INT);
}

// Reals travel as bits: a signalling NaN stays one.
void pack_field(Series &series, const hyb_capture &capture, const Piece &piece) {
  if (!capture.data[series.field]) return fill_field(series, piece);
  const auto same = [](auto value) { return value; };
  const auto truth = [](uint32_t value) { return value != 0 ? 1U : 0U; };
  if (series.kind == HYB_LOGICAL32)
    transpose<uint32_t>(series, capture, piece, truth);
  else if (series.size == 8)
    transpose<uint64_t>(series, capture, piece, same);
  else
    transpose<uint32_t>(series, capture, piece, same);
}

template <class T>
void pack_list(Series &series, const T *list, const Piece &piece, T unknown) {
  T *target = rows_at<T>(series, piece.at);
  if (list)
    std::copy_n(list + piece.from, piece.count, target);
  else
    std::fill_n(target, piece.count, unknown);
}

void pack_date(Series &series, const char *date, const Piece &piece) {
  char *target = rows_at<char>(series, piece.at);
  for (size_t i = 0; i < piece.count; ++i)
    std::strncpy(target + i * date_length, date ? date : "", date_length);  // pads with zeros
}

}  // namespace

void pack(Series &series, const hyb_capture &capture, const Piece &piece) {
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  switch (series.source) {
    case Source::field: return pack_field(series, capture, piece);
    case Source::date: return pack_date(series, capture.date, piece);
    case Source::column: return pack_list<int64_t>(series, capture.column, piece, 0);
    case Source::lat: return pack_list(series, capture.lat, piece, unknown);
    case Source::lon: return pack_list(series, capture.lon, piece, unknown);
    case Source::area: return pack_list(series, capture.area, piece, unknown);
    case Source::step:
      std::fill_n(rows_at<int64_t>(series, piece.at), piece.count, capture.step);
  }
}

}  // namespace hybrid_netcdf
