// SPDX-License-Identifier: BSD-3-Clause
// The columns that are worked on side by side, as one value. For files that are compiled for
// several instruction sets: all is in an anonymous namespace, so that no copy of it serves another
// file.
#pragma once

#include "constraints/projection_loops.hpp"

namespace hyb {
namespace {

// Registers of the instruction set. Vectors wider than these are a trap: gcc compares and chooses
// within them one element at a time.
#if defined(__AVX512F__)
constexpr int64_t width = 8;
#elif defined(__AVX__)
constexpr int64_t width = 4;
#else
constexpr int64_t width = 2;
#endif
typedef double Part __attribute__((vector_size(width * sizeof(double))));
typedef Part PartInMemory __attribute__((aligned(sizeof(double)), may_alias));
typedef decltype(Part{} < Part{}) MaskPart;
typedef uint64_t BitsPart __attribute__((vector_size(width * sizeof(uint64_t))));  // these wrap

constexpr int64_t parts = lanes / width;

// Written out and not as a loop, or gcc would keep the parts in memory.
template <class Result, class Make>
inline Result each_part(const Make &make) {
  static_assert(parts <= 8, "expected a part for each make");
  Result result;
  result.part[0] = make(0);
  if constexpr (parts > 1) result.part[1] = make(1);
  if constexpr (parts > 2) {
    result.part[2] = make(2);
    result.part[3] = make(3);
  }
  if constexpr (parts > 4) {
    result.part[4] = make(4);
    result.part[5] = make(5);
    result.part[6] = make(6);
    result.part[7] = make(7);
  }
  return result;
}

struct Lanes {
  Lanes() = default;
  // A value less 0 is itself; 0 and a value would be 0 for -0.
  Lanes(double value) : Lanes(each_part<Lanes>([&](int64_t) { return value - Part{}; })) {}
  double operator[](int64_t i) const { return part[i / width][i % width]; }
  Part part[parts];
};

struct Mask {  // by lane: all bits or none
  bool operator[](int64_t i) const { return part[i / width][i % width] != 0; }
  MaskPart part[parts];
};

inline Lanes operator+(const Lanes &a, const Lanes &b) {
  return each_part<Lanes>([&](int64_t p) { return a.part[p] + b.part[p]; });
}
inline Lanes operator-(const Lanes &a, const Lanes &b) {
  return each_part<Lanes>([&](int64_t p) { return a.part[p] - b.part[p]; });
}
inline Lanes operator*(const Lanes &a, const Lanes &b) {
  return each_part<Lanes>([&](int64_t p) { return a.part[p] * b.part[p]; });
}
inline Lanes operator/(const Lanes &a, const Lanes &b) {
  return each_part<Lanes>([&](int64_t p) { return a.part[p] / b.part[p]; });
}
inline Lanes operator-(const Lanes &a) {
  return each_part<Lanes>([&](int64_t p) { return -a.part[p]; });
}
inline Lanes &operator+=(Lanes &a, const Lanes &b) { return a = a + b; }
inline Lanes &operator-=(Lanes &a, const Lanes &b) { return a = a - b; }
inline Lanes &operator*=(Lanes &a, const Lanes &b) { return a = a * b; }

inline Mask operator<(const Lanes &a, const Lanes &b) {
  return each_part<Mask>([&](int64_t p) { return a.part[p] < b.part[p]; });
}
inline Mask operator>(const Lanes &a, const Lanes &b) { return b < a; }
inline Mask operator<=(const Lanes &a, const Lanes &b) {
  return each_part<Mask>([&](int64_t p) { return a.part[p] <= b.part[p]; });
}
inline Mask operator==(const Lanes &a, const Lanes &b) {
  return each_part<Mask>([&](int64_t p) { return a.part[p] == b.part[p]; });
}
inline Mask operator&(const Mask &a, const Mask &b) {
  return each_part<Mask>([&](int64_t p) { return a.part[p] & b.part[p]; });
}
inline Mask operator|(const Mask &a, const Mask &b) {
  return each_part<Mask>([&](int64_t p) { return a.part[p] | b.part[p]; });
}
inline Mask operator~(const Mask &a) {
  return each_part<Mask>([&](int64_t p) { return ~a.part[p]; });
}
inline Mask &operator&=(Mask &a, const Mask &b) { return a = a & b; }
inline Mask &operator|=(Mask &a, const Mask &b) { return a = a | b; }

// By lane: a where the mask is set, else b.
inline Lanes choice(const Mask &mask, const Lanes &a, const Lanes &b) {
  return each_part<Lanes>([&](int64_t p) { return mask.part[p] ? a.part[p] : b.part[p]; });
}

// Part by part: a copy of all of it may go through narrower registers.
inline Lanes load(const double *from) {
  return each_part<Lanes>(
      [&](int64_t p) { return *reinterpret_cast<const PartInMemory *>(from + p * width); });
}

inline void store(const Lanes &value, double *to) {
  for (int64_t p = 0; p < parts; ++p)
    *reinterpret_cast<PartInMemory *>(to + p * width) = value.part[p];
}

inline Lanes row(const LaneRows &rows, int64_t i) { return load(rows.data + i * rows.step); }

inline Lanes size_of(const Lanes &value) {
  return each_part<Lanes>([&](int64_t p) {
    return reinterpret_cast<Part>(reinterpret_cast<MaskPart>(value.part[p]) & INT64_MAX);
  });
}

inline Lanes larger(const Lanes &a, const Lanes &b) { return choice(a > b, a, b); }

// By way of memory: taking lanes out of registers one by one takes longer.
struct MaskBits {
  alignas(64) int64_t of_lane[lanes];
  explicit MaskBits(const Mask &mask) { __builtin_memcpy(of_lane, &mask, sizeof of_lane); }
};

inline bool any(const Mask &mask) {
  const MaskBits bits(mask);
  int64_t found = 0;
  for (int64_t i = 0; i < lanes; ++i) found |= bits.of_lane[i];
  return found != 0;
}

// By lane, whether the first bit is set; returns whether it is in any.
inline bool set_flags(const Mask &mask, uint8_t *flags) {
  const MaskBits bits(mask);
  int64_t found = 0;
  for (int64_t i = 0; i < lanes; ++i) found |= bits.of_lane[i];
  for (int64_t i = 0; i < lanes && found < 0; ++i) flags[i] = bits.of_lane[i] < 0;
  return found < 0;
}

inline Mask with_first_bit(const Mask &mask) {
  return each_part<Mask>([&](int64_t p) { return mask.part[p] < 0; });
}

inline void mark(const Mask &where, uint8_t value, uint8_t *of_lane) {
  if (!any(where)) return;
  const MaskBits bits(where);
  for (int64_t i = 0; i < lanes; ++i)
    if (bits.of_lane[i]) of_lane[i] = value;
}

// In integers, as comparing takes longer: the first bit is set where a value is not finite, its
// exponent being all ones then.
inline Mask not_finite(const Lanes &value) {
  constexpr uint64_t exponent = 0x7ff0000000000000, last_bit = 0x0010000000000000;
  return each_part<Mask>([&](int64_t p) {
    const auto bits = reinterpret_cast<BitsPart>(value.part[p]);
    return reinterpret_cast<MaskPart>((bits & exponent) + last_bit);
  });
}

// Likewise where a number is not above 0: 0 less 1 is below.
inline Mask not_positive(const Lanes &value) {
  return each_part<Mask>([&](int64_t p) {
    const auto bits = reinterpret_cast<BitsPart>(value.part[p]);
    return reinterpret_cast<MaskPart>(bits | (bits - 1));
  });
}

inline Mask mask_of(const uint8_t *flags) {
  int64_t bits[lanes];
  for (int64_t i = 0; i < lanes; ++i) bits[i] = flags[i] ? -1 : 0;
  Mask mask;
  __builtin_memcpy(&mask, bits, sizeof mask);
  return mask;
}

// Of symmetric matrices only the lower half is kept.
constexpr int64_t below(int64_t row, int64_t column) { return row * (row + 1) / 2 + column; }
constexpr int64_t most_below = below(most_budgets, 0);

// Where a pivot has lost so much, a budget is taken for a combination of those before it.
constexpr double least_pivot = 1e-9;

// Turns the lower half of a matrix into its factors L D L', with 1 / D on the diagonal: 0 for a row
// that follows from those before it. Marks the lanes in which there is one.
inline Mask factorise(Lanes *matrix, int64_t n) {
  Mask singular = {};
  for (int64_t k = 0; k < n; ++k) {
    const Lanes whole = matrix[below(k, k)];
    Lanes pivot = whole;
    for (int64_t i = 0; i < k; ++i) {
      Lanes left = matrix[below(k, i)];
      for (int64_t j = 0; j < i; ++j) left -= matrix[below(k, j)] * matrix[below(i, j)];
      matrix[below(k, i)] = left;
    }
    for (int64_t i = 0; i < k; ++i) {
      const Lanes left = matrix[below(k, i)];
      matrix[below(k, i)] = left * matrix[below(i, i)];
      pivot -= left * matrix[below(k, i)];
    }
    const Mask good = pivot > least_pivot * whole;
    matrix[below(k, k)] = choice(good, 1 / pivot, Lanes{});
    singular |= ~good;
  }
  return singular;
}

// Replaces b by the solution.
inline void solve(const Lanes *factors, int64_t n, Lanes *b) {
  for (int64_t k = 0; k < n; ++k)
    for (int64_t i = 0; i < k; ++i) b[k] -= factors[below(k, i)] * b[i];
  for (int64_t k = 0; k < n; ++k) b[k] *= factors[below(k, k)];
  for (int64_t k = n - 1; k >= 0; --k)
    for (int64_t i = k + 1; i < n; ++i) b[k] -= factors[below(i, k)] * b[i];
}

}  // namespace
}  // namespace hyb
