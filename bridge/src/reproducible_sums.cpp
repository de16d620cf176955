// SPDX-License-Identifier: BSD-3-Clause
#include "reproducible_sums.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <limits>
#include <string>

#include "error.hpp"
#include "floating_point.hpp"

namespace hyb {
namespace {

// Three words of 28 bits each below the largest value: more than the 53 bits of a real64, and 2^34
// terms fit into the 63 bits of a word.
constexpr int word_bits = 28, nword = 3;
constexpr double word_unit = 1 << word_bits;
constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr int64_t most_together = 1 << 20;

__extension__ typedef __int128 Wide;  // the three words together: 2^118 at most

Wide joined(const int64_t *words) {
  constexpr Wide unit = Wide{1} << word_bits;
  return (Wide{words[0]} * unit + words[1]) * unit + words[2];
}

// To the nearest whole number, even where two are; of values below 2^51.
double nearest(double value) {
  constexpr double whole = 0x1.8p52;  // numbers of this size have no fraction
  return (value + whole) - whole;
}

[[noreturn]] void too_large(double value) {
  mismatch(HYB_ERROR_INTERNAL, "a value of a sum", "none above those given the first time",
           std::to_string(value));
}

// Loops over so many at once, for the compiler's vectors.
constexpr int64_t lanes = 8;
using Lanes = std::array<double, lanes>;

// Of the absolute values; NaN if one is not finite.
double largest_of(const double *values, int64_t n) {
  Lanes largest{}, zero{};
  const auto look = [&](int64_t i, int64_t lane) {
    const double size = std::abs(values[i]);
    largest[lane] = size > largest[lane] ? size : largest[lane];
    zero[lane] += size * 0;
  };
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes)
    for (int64_t lane = 0; lane < lanes; ++lane) look(i + lane, lane);
  for (; i < n; ++i) look(i, i % lanes);
  double found = 0;
  for (int64_t lane = 0; lane < lanes; ++lane)
    found = std::isnan(zero[lane]) ? zero[lane] : std::max(found, largest[lane]);
  return found;
}

// The sums of the words of values that are to be scaled.
std::array<double, nword> words_of(const double *values, int64_t n, double scale) {
  std::array<Lanes, nword> words{};
  const auto add = [&](int64_t i, int64_t lane) {
    double rest = values[i] * scale;
    for (int word = 0; word < nword; ++word) {
      const double whole = nearest(rest);
      words[word][lane] += whole;
      rest = (rest - whole) * word_unit;
    }
  };
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes)
    for (int64_t lane = 0; lane < lanes; ++lane) add(i + lane, lane);
  for (; i < n; ++i) add(i, i % lanes);
  std::array<double, nword> sums{};
  for (int word = 0; word < nword; ++word)
    for (int64_t lane = 0; lane < lanes; ++lane) sums[word] += words[word][lane];
  return sums;
}

}  // namespace

Adder::Adder(size_t nsum)
    : largest_(nsum, 0.0),
      exponents_(nsum, smallest),
      words_(nword * nsum, 0),
      scales_(nsum, 0.0) {}

void Adder::check(size_t sum) const {
  if (sum >= size())
    mismatch(HYB_ERROR_INTERNAL, "number of a sum", "below " + std::to_string(size()),
             std::to_string(sum));
}

void Adder::add(size_t sum, double value) {
  check(sum);
  if (adds_)
    add_words(sum, value);
  else
    find_largest(sum, value);
}

void Adder::add(size_t sum, const double *values, int64_t n) {
  check(sum);
  if (adds_)
    for (int64_t done = 0; done < n; done += most_together)
      add_words(sum, values + done, std::min(most_together, n - done));
  else
    find_largest(sum, largest_of(values, n));
}

void Adder::find_largest(size_t sum, double value) {
  const double size = std::abs(value);
  if (!(size <= largest_[sum])) largest_[sum] = std::isfinite(size) ? size : infinite;
}

void Adder::find_exponents() {
  for (size_t sum = 0; sum < size(); ++sum)
    if (largest_[sum] == infinite)
      exponents_[sum] = not_finite;
    else if (largest_[sum] > 0)
      exponents_[sum] = std::ilogb(largest_[sum]) + 1;
}

// From now on, as the exponents are those of all ranks.
void Adder::begin_adding() {
  adds_ = true;
  for (size_t sum = 0; sum < size(); ++sum) {
    if (exponents_[sum] == smallest || exponents_[sum] == not_finite) continue;
    const int exponent = word_bits - static_cast<int>(exponents_[sum]);
    if (exponent < std::numeric_limits<double>::max_exponent)
      scales_[sum] = std::ldexp(1.0, exponent);
  }
}

// Every step is exact but the last rounding, and that does not depend on other values.
void Adder::add_words(size_t sum, double value) {
  const int64_t exponent = exponents_[sum];
  if (exponent == not_finite || exponent == smallest) return;
  double rest = scales_[sum] > 0 ? value * scales_[sum]
                                 : std::scalbn(value, word_bits - static_cast<int>(exponent));
  if (!(std::abs(rest) < word_unit)) too_large(value);
  for (int word = 0; word < nword; ++word) {
    const double whole = nearest(rest);
    words_[nword * sum + word] += static_cast<int64_t>(whole);
    rest = (rest - whole) * word_unit;
  }
}

// The same for several, word by word in real64: sums of so many are whole numbers below 2^53.
void Adder::add_words(size_t sum, const double *values, int64_t n) {
  const double scale = scales_[sum];
  if (!(scale > 0)) {
    for (int64_t i = 0; i < n; ++i) add_words(sum, values[i]);
    return;
  }
  const double largest = largest_of(values, n);
  if (!(largest * scale < word_unit)) too_large(largest);
  const std::array<double, nword> words = words_of(values, n, scale);
  for (int word = 0; word < nword; ++word)
    words_[nword * sum + word] += static_cast<int64_t>(words[word]);
}

double Adder::total(size_t sum) const {
  const int64_t exponent = exponents_[sum];
  if (exponent == not_finite) return std::nan("");
  if (exponent == smallest) return 0;
  const int shift = static_cast<int>(exponent) - nword * word_bits;
  return std::scalbn(static_cast<double>(joined(&words_[nword * sum])), shift);
}

// The passes of one rank. Each ends in a reduction, whatever happened in it.
class RankSums {
 public:
  RankSums(const Communicator &communicator, size_t nsum)
      : communicator_(communicator), adder_(nsum) {}

  void find_largest(const std::function<void(Adder &)> &give) {
    pass(give);
    adder_.find_exponents();
    if (failure_) std::fill(exponents().begin(), exponents().end(), Adder::smallest);
    communicator_.max(exponents().data(), static_cast<int64_t>(exponents().size()));
  }

  // What a rank added before it failed does not count; one word more counts those that did.
  void add_up(const std::function<void(Adder &)> &give) {
    adder_.begin_adding();
    pass(give);
    if (failure_) std::fill(words().begin(), words().end(), 0);
    words().push_back(failure_ ? 1 : 0);
    communicator_.sum(words().data(), static_cast<int64_t>(words().size()));
  }

  std::vector<double> totals() const {
    if (failure_) std::rethrow_exception(failure_);
    if (adder_.words_.back() != 0)
      mismatch(HYB_ERROR_INTERNAL, "sums over the ranks", "values of all ranks",
               std::to_string(adder_.words_.back()) + " that failed (its message says why)");
    std::vector<double> totals(adder_.size());
    for (size_t sum = 0; sum < totals.size(); ++sum) totals[sum] = adder_.total(sum);
    return totals;
  }

 private:
  std::vector<int64_t> &exponents() { return adder_.exponents_; }
  std::vector<int64_t> &words() { return adder_.words_; }

  void pass(const std::function<void(Adder &)> &give) {
    try {
      if (!failure_) give(adder_);
    } catch (...) {
      failure_ = std::current_exception();
    }
  }

  const Communicator &communicator_;
  Adder adder_;
  std::exception_ptr failure_;
};

std::vector<double> reproducible_sums(const Communicator &communicator, size_t nsum,
                                      const std::function<void(Adder &)> &give) {
  const FloatingPointGuard guard;
  int64_t wanted = static_cast<int64_t>(nsum);
  communicator.max(&wanted, 1);
  RankSums sums(communicator, static_cast<size_t>(wanted));
  sums.find_largest(give);
  sums.add_up(give);
  return sums.totals();
}

std::vector<double> reproducible_sums(const Communicator &communicator,
                                      const std::vector<double> &values) {
  return reproducible_sums(communicator, values.size(), [&](Adder &adder) {
    for (size_t sum = 0; sum < values.size(); ++sum) adder.add(sum, values[sum]);
  });
}

}  // namespace hyb
