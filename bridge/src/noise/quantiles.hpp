// SPDX-License-Identifier: BSD-3-Clause
// From random words to numbers by the inverse of the distribution function, the normal one by the
// rational functions of algorithm AS 241, PPND16 (Wichura 1988, doi:10.2307/2347330). Sums,
// products, quotients and square roots only, so that bits are the same on every CPU and with every
// C library.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace hyb {

// A word, shifted by 2^31, as a probability less 1/2: exact, and never -1/2 or 1/2.
inline double centred(int32_t word) { return (static_cast<double>(word) + 0.5) * 0x1p-32; }

// Between 0 and 1, and not 1 where it is rounded to real32.
inline double uniform(int32_t word) { return std::min(centred(word) + 0.5, 1 - 0x1p-24); }

// Where AS 241 goes over to the tails.
constexpr double central = 0.425;

template <int n>
double polynomial(const double (&coefficient)[n], double x) {
  double sum = coefficient[n - 1];
  for (int i = n - 2; i >= 0; --i) sum = sum * x + coefficient[i];
  return sum;
}

// The normal number below which a part 1/2 + q lies, for |q| up to `central`.
inline double central_normal(double q) {
  constexpr double above[] = {3.3871328727963666080e0, 1.3314166789178437745e2,
                              1.9715909503065514427e3, 1.3731693765509461125e4,
                              4.5921953931549871457e4, 6.7265770927008700853e4,
                              3.3430575583588128105e4, 2.5090809287301226727e3};
  constexpr double below[] = {1.0,
                              4.2313330701600911252e1,
                              6.8718700749205790830e2,
                              5.3941960214247511077e3,
                              2.1213794301586595867e4,
                              3.9307895800092710610e4,
                              2.8729085735721942674e4,
                              5.2264952788528545610e3};
  const double r = central * central - q * q;
  return q * polynomial(above, r) / polynomial(below, r);
}

// The natural logarithm of a number above 0 (no denormal one), by the series of the inverse
// hyperbolic tangent. Below 1/2 it is right to two units in the last place.
inline double plain_log(double x) {
  constexpr double odd[] = {1.0,      1 / 3.0,  1 / 5.0,  1 / 7.0,  1 / 9.0, 1 / 11.0,
                            1 / 13.0, 1 / 15.0, 1 / 17.0, 1 / 19.0, 1 / 21.0};
  constexpr int64_t root_of_half = 0x3fe6a09e667f3bcd;  // bits of the least factor of a power of 2
  int64_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  const int64_t exponent = (bits - root_of_half) >> 52;
  bits -= exponent * (int64_t{1} << 52);
  double factor;
  std::memcpy(&factor, &bits, sizeof factor);
  const double s = (factor - 1) / (factor + 1);
  return static_cast<double>(exponent) * 0.69314718055994530942 + 2 * s * polynomial(odd, s * s);
}

// The same as central_normal beyond `central`. The smallest part is 2^-33, far from where AS 241
// has a third pair of functions.
inline double tail_normal(double q) {
  constexpr double above[] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                              5.76949722146069140550e0,  3.64784832476320460504e0,
                              1.27045825245236838258e0,  2.41780725177450611770e-1,
                              2.27238449892691845833e-2, 7.74545014278341407640e-4};
  constexpr double below[] = {1.0,
                              2.05319162663775882187e0,
                              1.67638483018380384940e0,
                              6.89767334985100004550e-1,
                              1.48103976427480074590e-1,
                              1.51986665636164571966e-2,
                              5.47593808499534494600e-4,
                              1.05075007164441684324e-9};
  const double r = std::sqrt(-plain_log(0.5 - std::fabs(q))) - 1.6;
  return std::copysign(polynomial(above, r) / polynomial(below, r), q);
}

}  // namespace hyb
