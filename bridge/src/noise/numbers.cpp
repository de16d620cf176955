// SPDX-License-Identifier: BSD-3-Clause
// About 8 ns for a normal number with the instructions that every x86-64 has, 2 of them for its
// random bits; the loops are written so that a compiler can vectorise them.
#include "noise/numbers.hpp"

#include <cmath>

#include "noise/philox.hpp"
#include "noise/quantiles.hpp"

namespace hyb {
namespace {

// Signed, as every CPU can convert those to reals.
using Words = int32_t[Numbers::rows][Numbers::width];

int32_t shifted(uint32_t word) { return static_cast<int32_t>(word ^ 0x80000000u); }

void draw_words(uint64_t key, uint64_t group, const int64_t *columns, int64_t count,
                Words &words) {
  for (int64_t i = 0; i < count; ++i) {
    const uint64_t column = static_cast<uint64_t>(columns[i]);
    const PhiloxWords drawn =
        philox({static_cast<uint32_t>(group), static_cast<uint32_t>(group >> 32),
                static_cast<uint32_t>(column), static_cast<uint32_t>(column >> 32)},
               key);
    words[0][i] = shifted(drawn.w0);
    words[1][i] = shifted(drawn.w1);
    words[2][i] = shifted(drawn.w2);
    words[3][i] = shifted(drawn.w3);
  }
}

void to_normal(const int32_t *words, int64_t count, double *numbers) {
  for (int64_t i = 0; i < count; ++i) numbers[i] = central_normal(centred(words[i]));
  for (int64_t i = 0; i < count; ++i) {
    const double q = centred(words[i]);
    if (std::fabs(q) > central) numbers[i] = tail_normal(q);
  }
}

void to_uniform(const int32_t *words, int64_t count, double *numbers) {
  for (int64_t i = 0; i < count; ++i) numbers[i] = uniform(words[i]);
}

}  // namespace

void draw(uint64_t key, Distribution distribution, int64_t group, const int64_t *columns,
          int64_t count, Numbers &numbers) {
  Words words;
  draw_words(key, static_cast<uint64_t>(group), columns, count, words);
  const auto transform = distribution == Distribution::normal ? to_normal : to_uniform;
  for (int64_t r = 0; r < Numbers::rows; ++r) transform(words[r], count, numbers.row[r]);
}

void relax(double persistence, double amplitude, const double *numbers, int64_t count,
           double *state) {
  for (int64_t i = 0; i < count; ++i)
    state[i] = persistence * state[i] + amplitude * numbers[i];
}

}  // namespace hyb
