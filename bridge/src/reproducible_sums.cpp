// SPDX-License-Identifier: BSD-3-Clause
#include "reproducible_sums.hpp"

#include <algorithm>
#include <cmath>
#include <exception>

namespace hyb {
namespace {

// Two words of 40 bits each below the largest value: more than the 53 bits of a real64, and 2^22
// terms fit into 63 bits.
constexpr int word_bits = 40;

int64_t rounded(double value) { return static_cast<int64_t>(std::nearbyint(value)); }

}  // namespace

Adder::Adder(size_t nsum) : exponents_(nsum, smallest), words_(2 * nsum, 0) {}

void Adder::add(size_t sum, double value) {
  if (adds_)
    add_words(sum, value);
  else if (!std::isfinite(value))
    exponents_[sum] = not_finite;
  else if (value != 0)
    exponents_[sum] = std::max<int64_t>(exponents_[sum], std::ilogb(value) + 1);
}

void Adder::add_words(size_t sum, double value) {
  const int64_t exponent = exponents_[sum];
  if (exponent == not_finite || exponent == smallest) return;
  const int shift = word_bits - static_cast<int>(exponent);
  const double scaled = std::scalbn(value, shift);
  const double high = std::nearbyint(scaled);
  words_[2 * sum] += static_cast<int64_t>(high);
  words_[2 * sum + 1] += rounded(std::scalbn(scaled - high, word_bits));
}

double Adder::total(size_t sum) const {
  const int64_t exponent = exponents_[sum];
  if (exponent == not_finite) return std::nan("");
  if (exponent == smallest) return 0;
  const int shift = static_cast<int>(exponent) - word_bits;
  const double high = static_cast<double>(words_[2 * sum]);
  const double low = static_cast<double>(words_[2 * sum + 1]);
  return std::scalbn(high + std::scalbn(low, -word_bits), shift);
}

std::vector<double> reproducible_sums(const Communicator &communicator, size_t nsum,
                                      const std::function<void(Adder &)> &give) {
  int64_t wanted = static_cast<int64_t>(nsum);
  communicator.max(&wanted, 1);
  Adder adder(static_cast<size_t>(wanted));
  std::exception_ptr failure;
  const auto pass = [&] {
    try {
      if (!failure) give(adder);
    } catch (...) {
      failure = std::current_exception();
    }
  };
  pass();
  if (failure) adder.exponents_.assign(adder.exponents_.size(), Adder::smallest);
  communicator.max(adder.exponents_.data(), wanted);
  adder.adds_ = true;
  pass();
  communicator.sum(adder.words_.data(), 2 * wanted);
  if (failure) std::rethrow_exception(failure);
  std::vector<double> totals(adder.size());
  for (size_t sum = 0; sum < totals.size(); ++sum) totals[sum] = adder.total(sum);
  return totals;
}

}  // namespace hyb
