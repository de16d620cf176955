// SPDX-License-Identifier: BSD-3-Clause
#include "reproducible_sums.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <string>

#include "error.hpp"
#include "floating_point.hpp"

namespace hyb {
namespace {

// Three words of 28 bits each below the largest value: more than the 53 bits of a real64, and 2^34
// terms fit into the 63 bits of a word.
constexpr int word_bits = 28, nword = 3;
constexpr double word_unit = 1 << word_bits;

__extension__ typedef __int128 Wide;  // the three words together: 2^118 at most

Wide joined(const int64_t *words) {
  constexpr Wide unit = Wide{1} << word_bits;
  return (Wide{words[0]} * unit + words[1]) * unit + words[2];
}

}  // namespace

Adder::Adder(size_t nsum) : exponents_(nsum, smallest), words_(nword * nsum, 0) {}

void Adder::add(size_t sum, double value) {
  if (sum >= size())
    mismatch(HYB_ERROR_INTERNAL, "number of a sum", "below " + std::to_string(size()),
             std::to_string(sum));
  if (adds_)
    add_words(sum, value);
  else if (!std::isfinite(value))
    exponents_[sum] = not_finite;
  else if (value != 0)
    exponents_[sum] = std::max<int64_t>(exponents_[sum], std::ilogb(value) + 1);
}

// Every step is exact but the last rounding, and that does not depend on other values.
void Adder::add_words(size_t sum, double value) {
  const int64_t exponent = exponents_[sum];
  if (exponent == not_finite || exponent == smallest) return;
  double rest = std::scalbn(value, word_bits - static_cast<int>(exponent));
  if (!(std::abs(rest) < word_unit))
    mismatch(HYB_ERROR_INTERNAL, "a value of a sum", "none above those given the first time",
             std::to_string(value));
  for (int word = 0; word < nword; ++word) {
    const double whole = std::nearbyint(rest);
    words_[nword * sum + word] += static_cast<int64_t>(whole);
    rest = (rest - whole) * word_unit;
  }
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
    if (failure_) std::fill(exponents().begin(), exponents().end(), Adder::smallest);
    communicator_.max(exponents().data(), static_cast<int64_t>(exponents().size()));
  }

  // What a rank added before it failed does not count; one word more counts those that did.
  void add_up(const std::function<void(Adder &)> &give) {
    adder_.adds_ = true;
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
