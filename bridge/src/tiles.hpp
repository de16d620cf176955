// SPDX-License-Identifier: BSD-3-Clause
// How the samples of a matrix are stored.
#pragma once

#include <cstdint>

namespace hyb {

// Tiles that follow each other, each a matrix [row][sample] of its own, contiguous: what a backend
// sees at once stays in the cache, and its rows are never a large power of two apart. All but the
// last one are full.
struct Tiles {
  int64_t nrow = 0;        // rows of each matrix
  int64_t full = 1;        // samples of a full tile
  int64_t last_begin = 0;  // first sample of the last one
  int64_t last = 0;        // samples of the last one, padding included

  int64_t nsample() const { return last_begin + last; }
  int64_t size() const { return nrow * nsample(); }

  // Of the tile that holds a sample.
  int64_t begin(int64_t sample) const {
    return sample < last_begin ? sample - sample % full : last_begin;
  }
  int64_t ld(int64_t sample) const { return sample < last_begin ? full : last; }
  int64_t end(int64_t sample) const { return begin(sample) + ld(sample); }

  // Elements from the start of the first tile.
  int64_t at(int64_t row, int64_t sample) const {
    const int64_t first = begin(sample);
    return first * nrow + row * ld(sample) + sample - first;
  }

  static Tiles one(int64_t nrow, int64_t nsample) { return {nrow, 1, 0, nsample}; }
};

}  // namespace hyb
