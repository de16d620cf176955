// SPDX-License-Identifier: BSD-3-Clause
// Compiled once for each instruction set, HYB_LOOPS being its name. All is in an anonymous
// namespace and nothing of the standard library is used: an inline function of a header, compiled
// for AVX-512 here, could else be the copy that the linker takes for the whole library.
// Products and sums are never contracted (-ffp-contract=off): bits would depend on the CPU.
#include "pack_loops.hpp"

namespace hyb {
namespace {

// The exponent is all ones in an infinity or a NaN. In integers as wide as the value, so that it
// vectorises and no flag of the floating-point unit is raised.
inline int32_t not_finite(float x) {
  uint32_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return static_cast<int32_t>(((bits & 0x7f800000u) + 0x00800000u) >> 31);
}
inline int64_t not_finite(double x) {
  uint64_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return static_cast<int64_t>(((bits & 0x7ff0000000000000u) + 0x0010000000000000u) >> 63);
}

// Hosts with COMMON blocks or packed structures hold reals that are not aligned.
template <class T>
inline T load(const char *address) {
  T value;
  __builtin_memcpy(&value, address, sizeof value);
  return value;
}
template <class T>
inline void store(T value, char *address) {
  __builtin_memcpy(address, &value, sizeof value);
}

struct Plain {
  template <class T>
  static T normalised(T x, T, T) { return x; }
  template <class T>
  static T physical(T x, T, T) { return x; }
};
struct Scaled {
  template <class T>
  static T normalised(T x, T offset, T scale) { return (x - offset) / scale; }
  template <class T>
  static T physical(T x, T offset, T scale) { return x * scale + offset; }
};

// Compile-time strides let a loop be vectorised.
template <class T>
struct Contiguous {
  static constexpr int64_t of(int64_t) { return sizeof(T); }
};
struct Strided {
  static constexpr int64_t of(int64_t stride) { return stride; }
};

struct Pack {
  template <class From, class To, class Scaling, class Stride>
  static int64_t row(char *host, int64_t stride, char *row, int64_t n, From offset, From scale) {
    decltype(not_finite(To{})) bad = 0;
    for (int64_t i = 0; i < n; ++i) {
      const From x = load<From>(host + i * Stride::of(stride));
      const To value = static_cast<To>(Scaling::normalised(x, offset, scale));
      bad += not_finite(value);
      store(value, row + i * static_cast<int64_t>(sizeof(To)));
    }
    return bad;
  }
};

// A finite value stays finite in a wider kind: tested where it is narrower.
template <class Scaling, class From, class To>
inline auto not_finite_in(From x, To value) {
  if constexpr (sizeof(From) < sizeof(To) && __is_same(Scaling, Plain))
    return not_finite(x);
  else
    return not_finite(value);
}

template <bool adds>
struct Unpack {
  template <class From, class To, class Scaling, class Stride>
  static int64_t row(char *host, int64_t stride, char *row, int64_t n, To offset, To scale) {
    decltype(not_finite_in<Scaling>(From{}, To{})) bad = 0;
    for (int64_t i = 0; i < n; ++i) {
      const From x = load<From>(row + i * static_cast<int64_t>(sizeof(From)));
      const To value = Scaling::physical(static_cast<To>(x), offset, scale);
      char *address = host + i * Stride::of(stride);
      bad += not_finite_in<Scaling>(x, value);
      store(adds ? load<To>(address) + value : value, address);
    }
    return bad;
  }
};

// One long row where rows follow each other without a gap on both sides.
inline Rectangle joined(const Rectangle &part, int64_t host_size) {
  Rectangle one = part;
  const bool joins = part.ld == part.n && part.host_column == host_size &&
                     part.host_level == part.n * host_size && !part.offset &&
                     part.n * part.nlevel < INT32_MAX;
  if (joins) one.n = part.n * part.nlevel, one.nlevel = 1;
  return one;
}

template <class Work, class From, class To, class Host, class Row, class Scaling, class Stride>
int64_t each_row(const Rectangle &part) {
  int64_t bad = 0;
  for (int64_t l = 0; l < part.nlevel; ++l) {
    const Host offset = part.offset ? static_cast<Host>(part.offset[l]) : Host{0};
    const Host scale = part.offset ? static_cast<Host>(part.scale[l]) : Host{1};
    bad += Work::template row<From, To, Scaling, Stride>(
        part.host + l * part.host_level, part.host_column,
        part.rows + l * part.ld * static_cast<int64_t>(sizeof(Row)), part.n, offset, scale);
  }
  return bad;
}

template <class Work, class From, class To, class Host, class Row, class Stride>
int64_t with_stride(const Rectangle &part) {
  return part.offset ? each_row<Work, From, To, Host, Row, Scaled, Stride>(part)
                      : each_row<Work, From, To, Host, Row, Plain, Stride>(part);
}

template <class Work, class From, class To, class Host, class Row>
int64_t loop(const Rectangle &whole) {
  const Rectangle part = joined(whole, sizeof(Host));
  return part.host_column == sizeof(Host)
             ? with_stride<Work, From, To, Host, Row, Contiguous<Host>>(part)
             : with_stride<Work, From, To, Host, Row, Strided>(part);
}

template <class From, class To>
int64_t pack(const Rectangle &part) {
  return loop<Pack, From, To, From, To>(part);
}
template <class From, class To>
int64_t scatter(const Rectangle &part) {
  return loop<Unpack<false>, From, To, To, From>(part);
}
template <class From, class To>
int64_t add(const Rectangle &part) {
  return loop<Unpack<true>, From, To, To, From>(part);
}

template <class T, class Mask>
bool outside(const LimitedRows<T> &part) {
  Mask bad = 0;  // as wide as the values, so that it vectorises
  for (int64_t row = 0; row < part.nrow; ++row) {
    const T *values = part.rows + row * part.ld;
    const T lower = part.lower[row], upper = part.upper[row];
    for (int64_t i = 0; i < part.n; ++i) {
      const T x = values[i];
      bad |= static_cast<Mask>(!((x >= lower) & (x <= upper)));
    }
  }
  return bad != 0;
}

}  // namespace

#define HYB_TEXT(x) #x
#define HYB_NAME(x) HYB_TEXT(x)
extern const PackLoops HYB_LOOPS;
const PackLoops HYB_LOOPS = {
    HYB_NAME(HYB_LOOPS),
    {{pack<float, float>, pack<float, double>}, {pack<double, float>, pack<double, double>}},
    {{scatter<float, float>, scatter<float, double>},
     {scatter<double, float>, scatter<double, double>}},
    {{add<float, float>, add<float, double>}, {add<double, float>, add<double, double>}},
    outside<float, int32_t>,
    outside<double, int64_t>,
};

}  // namespace hyb
