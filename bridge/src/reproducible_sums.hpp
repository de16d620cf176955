// SPDX-License-Identifier: BSD-3-Clause
// Sums over the columns of all ranks whose bits depend on nothing but the values: not on their order,
// the blocks, the threads or the ranks.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "communicator.hpp"

namespace hyb {

// Takes the values of the sums. They are added as integers, in units of a power of two that fits the
// largest of each sum over all ranks, so all of them are given twice: to find it, and to add. Each
// value is rounded to 2^-84 of that power, and a sum may have 2^34 of them; nothing else is lost. One
// value that is not finite makes its sum NaN.
class Adder {
 public:
  // Fails if there is no such sum.
  void add(size_t sum, double value);
  void add(size_t sum, const double *values, int64_t n);  // faster
  size_t size() const { return exponents_.size(); }

 private:
  static constexpr int64_t smallest = INT64_MIN, not_finite = INT64_MAX;

  explicit Adder(size_t nsum);
  void check(size_t sum) const;
  void find_largest(size_t sum, double value);
  void find_exponents();
  void begin_adding();
  void add_words(size_t sum, double value);
  void add_words(size_t sum, const double *values, int64_t n);
  double total(size_t sum) const;

  bool adds_ = false;  // the second time
  std::vector<double> largest_;  // absolute values of this rank; infinite: one is not finite
  std::vector<int64_t> exponents_, words_;
  std::vector<double> scales_;  // 2^(bits of a word - exponent); 0 where that is no normal number

  friend class RankSums;
};

// `give` gives all values of this rank to its adder, and is called twice. Collective, in every case:
// where it throws, that is thrown on, and the other ranks fail too (HYB_ERROR_INTERNAL), so that all
// of them go on alike. The largest `nsum` of all ranks counts, as a rank without columns may not
// know it.
std::vector<double> reproducible_sums(const Communicator &communicator, size_t nsum,
                                      const std::function<void(Adder &)> &give);

// Of a list of values of each rank, which may be longer on some. Collective.
std::vector<double> reproducible_sums(const Communicator &communicator,
                                      const std::vector<double> &values);

}  // namespace hyb
