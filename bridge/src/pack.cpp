// SPDX-License-Identifier: BSD-3-Clause
// One pass per field, level by level with columns fastest: 7-21 ns per column for 124 features,
// against 222-246 ns column by column.
#include "pack.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "error.hpp"
#include "text.hpp"

namespace hyb {
namespace {

struct Logical {
  int32_t bits;
};

// The exponent is all ones in an infinity or a NaN. In integers, so that it vectorises and no
// flag of the floating-point unit is raised.
inline int32_t not_finite(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return (bits & 0x7f800000u) == 0x7f800000u;
}
inline int32_t not_finite(double x) {
  uint64_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return (bits & 0x7ff0000000000000u) == 0x7ff0000000000000u;
}
inline int32_t not_finite(int32_t) { return 0; }

// Fortran compilers agree on the lowest bit of a logical, not on the others.
template <class To, class From>
inline To converted(From x) {
  if constexpr (std::is_same_v<From, Logical>)
    return static_cast<To>(x.bits & 1);
  else
    return static_cast<To>(x);
}

// Hosts with COMMON blocks or packed structures hold reals that are not aligned.
template <class T>
inline T load(const char *address) {
  T value;
  std::memcpy(&value, address, sizeof value);
  return value;
}
template <class T>
inline void store(T value, char *address) {
  std::memcpy(address, &value, sizeof value);
}

// Counts in 32 bits, as wide as the values that are tested, so that the loop vectorises.
template <class From, class To, class Stride>
int64_t pack_strided(const char *from, Stride stride, int64_t n, To *to) {
  int32_t bad = 0;
  for (int64_t i = 0; i < n; ++i) {
    to[i] = converted<To>(load<From>(from + i * stride));
    bad += not_finite(to[i]);
  }
  return bad;
}

template <class From, class To>
int64_t pack_row(const char *from, int64_t stride, int64_t n, To *to) {
  constexpr std::integral_constant<int64_t, sizeof(From)> contiguous;
  return stride == contiguous ? pack_strided<From>(from, contiguous, n, to)
                              : pack_strided<From>(from, stride, n, to);
}

// Of a value on its way to a kind; only a narrower one can be the reason.
template <class To, class From>
inline int32_t not_finite_as(From value) {
  if constexpr (sizeof(To) < sizeof(From))
    return not_finite(static_cast<To>(value));
  else
    return not_finite(value);
}

// How one value reaches the host's array; 1 if what reaches it is not finite, or nothing does.
template <class To>
struct Write {
  template <class From>
  static int32_t apply(From value, char *to, int32_t) {
    store(static_cast<To>(value), to);
    return not_finite_as<To>(value);
  }
};
template <class To>
struct Add {
  template <class From>
  static int32_t apply(From value, char *to, int32_t) {
    store(load<To>(to) + static_cast<To>(value), to);
    return not_finite_as<To>(value);
  }
};

template <class From>
bool whole_number(From value, int32_t &number) {
  if constexpr (std::is_same_v<From, int32_t>) {
    number = value;
    return true;
  } else {
    const double nearest = std::nearbyint(static_cast<double>(value));
    constexpr double least = std::numeric_limits<int32_t>::min();
    constexpr double most = std::numeric_limits<int32_t>::max();
    if (not_finite(value) || nearest < least || nearest > most) return false;
    number = static_cast<int32_t>(nearest);
    return true;
  }
}

template <>
struct Write<int32_t> {
  template <class From>
  static int32_t apply(From value, char *to, int32_t) {
    int32_t number;
    if (!whole_number(value, number)) return 1;
    store(number, to);
    return 0;
  }
};
template <>
struct Write<Logical> {
  template <class From>
  static int32_t apply(From value, char *to, int32_t truth) {
    int32_t number;
    if (!whole_number(value, number)) return 1;
    store(number != 0 ? truth : 0, to);
    return 0;
  }
};

template <class Sink, class From, class Stride>
int64_t scatter_strided(const From *from, int64_t n, char *to, Stride stride, int32_t truth) {
  int32_t bad = 0;
  for (int64_t i = 0; i < n; ++i) bad += Sink::apply(from[i], to + i * stride, truth);
  return bad;
}

template <class From, class To, class Sink>
int64_t scatter_row(const From *from, int64_t n, char *to, int64_t stride, int32_t truth) {
  constexpr std::integral_constant<int64_t, sizeof(To)> contiguous;
  return stride == contiguous ? scatter_strided<Sink>(from, n, to, contiguous, truth)
                              : scatter_strided<Sink>(from, n, to, stride, truth);
}

const char *host_row(const HostArray &array, int64_t species, int64_t level) {
  return array.data + species * array.sspecies + level * array.slevel;
}

// Calls body(host address, row address) for every row.
template <class T, class Body>
int64_t for_each_row(const HostArray &array, const Rows &rows, Body &&body) {
  int64_t bad = 0;
  for (int64_t s = 0; s < rows.nspecies; ++s)
    for (int64_t l = 0; l < rows.nlevel; ++l) {
      const int64_t level = rows.flip ? rows.nlevel - 1 - l : l;
      T *row = static_cast<T *>(rows.data) + s * rows.species_stride + l * rows.level_stride;
      bad += body(host_row(array, s, level), row);
    }
  return bad;
}

template <class From, class To>
int64_t pack_as(const HostArray &from, const Rows &to, int64_t ncol) {
  return for_each_row<To>(from, to, [&](const char *host, To *row) {
    if (!from.has_column) return pack_row<From>(host, 0, ncol, row);
    int64_t bad = 0;
    for (int64_t y = 0; y < from.ny; ++y)
      bad += pack_row<From>(host + y * from.sy, from.sx, from.nx, row + y * from.nx);
    return bad;
  });
}

template <class From, class To, class Sink>
int64_t scatter_as(const Rows &from, const HostArray &to) {
  return for_each_row<From>(to, from, [&](const char *host, From *row) {
    char *address = const_cast<char *>(host);
    int64_t bad = 0;
    for (int64_t y = 0; y < to.ny; ++y)
      bad += scatter_row<From, To, Sink>(row + y * to.nx, to.nx, address + y * to.sy, to.sx,
                                         to.truth);
    return bad;
  });
}

[[noreturn]] void no_such_conversion(int32_t from, int32_t to) {
  fail(HYB_ERROR_INTERNAL,
       std::string("no conversion from ") + kind_name(from) + " to " + kind_name(to));
}

template <class To>
int64_t pack_to(const HostArray &from, const Rows &to, int64_t ncol) {
  switch (from.kind) {
    case HYB_REAL32: return pack_as<float, To>(from, to, ncol);
    case HYB_REAL64: return pack_as<double, To>(from, to, ncol);
    case HYB_INT32: return pack_as<int32_t, To>(from, to, ncol);
    case HYB_LOGICAL32: return pack_as<Logical, To>(from, to, ncol);
    default: no_such_conversion(from.kind, to.kind);
  }
}

template <class From, template <class> class Sink>
int64_t scatter_from(const Rows &from, const HostArray &to) {
  switch (to.kind) {
    case HYB_REAL32: return scatter_as<From, float, Sink<float>>(from, to);
    case HYB_REAL64: return scatter_as<From, double, Sink<double>>(from, to);
    case HYB_INT32: return scatter_as<From, int32_t, Write<int32_t>>(from, to);
    case HYB_LOGICAL32: return scatter_as<From, Logical, Write<Logical>>(from, to);
    default: no_such_conversion(from.kind, to.kind);
  }
}

template <template <class> class Sink>
int64_t scatter_with(const Rows &from, const HostArray &to, int64_t ncol) {
  if (ncol == 0) return 0;
  switch (from.kind) {
    case HYB_REAL32: return scatter_from<float, Sink>(from, to);
    case HYB_REAL64: return scatter_from<double, Sink>(from, to);
    case HYB_INT32:
    case HYB_LOGICAL32: return scatter_from<int32_t, Sink>(from, to);
    default: no_such_conversion(from.kind, to.kind);
  }
}

template <class T>
void pad_as(const Rows &rows, int64_t ncol, int64_t padded) {
  for (int64_t s = 0; s < rows.nspecies; ++s)
    for (int64_t l = 0; l < rows.nlevel; ++l) {
      T *row = static_cast<T *>(rows.data) + s * rows.species_stride + l * rows.level_stride;
      for (int64_t i = ncol; i < padded; ++i) row[i] = row[ncol - 1];
    }
}

}  // namespace

int64_t pack(const HostArray &from, const Rows &to, int64_t ncol) {
  if (ncol == 0) return 0;
  switch (to.kind) {
    case HYB_REAL32: return pack_to<float>(from, to, ncol);
    case HYB_REAL64: return pack_to<double>(from, to, ncol);
    case HYB_INT32:
    case HYB_LOGICAL32: return pack_to<int32_t>(from, to, ncol);
    default: no_such_conversion(from.kind, to.kind);
  }
}

int64_t scatter(const Rows &from, const HostArray &to, int64_t ncol) {
  return scatter_with<Write>(from, to, ncol);
}

int64_t scatter_add(const Rows &from, const HostArray &to, int64_t ncol) {
  return scatter_with<Add>(from, to, ncol);
}

void pad(const Rows &rows, int64_t ncol, int64_t padded) {
  if (rows.kind == HYB_REAL64)
    pad_as<double>(rows, ncol, padded);
  else
    pad_as<float>(rows, ncol, padded);
}

}  // namespace hyb
