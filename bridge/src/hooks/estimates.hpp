// SPDX-License-Identifier: BSD-3-Clause
// What a learning hook adds, by cell (a bin of a level): a constant and a linear function of
// predictors that stays within what was seen. Made anew from the hook's state, and no part of it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "hooks/bins.hpp"

namespace hyb {

class Estimates {
 public:
  // Columns that are worked on together.
  static constexpr int64_t width = 64;

  // Of a predictor, in units of its deviation: (value - centre) * scale, at most `reach` from 0,
  // times slope.
  struct Slope {
    double centre = 0, scale = 0, slope = 0;
  };

  Estimates(int64_t npredictor, double reach) : npredictor_(npredictor), reach_(reach) {}

  void resize(int64_t ncell);

  void set(int64_t cell, double constant);
  void set(int64_t predictor, int64_t cell, const Slope &slope);
  double constant(int64_t cell) const { return constant_[at(0, cell)]; }

  // For up to `width` columns, the bins that they lie between.
  using Places = std::array<Bins::Between, width>;

  // Adds the estimates of the cells that begin at `first` to a row of n columns; `predictors` are
  // the rows of these. Towards a cell that was never set nothing is interpolated: within its own bin
  // the other counts alone.
  void add(int64_t first, const Places &places, int64_t n, const double *const *predictors,
           double *row) const;

 private:
  size_t at(int64_t predictor, int64_t cell) const {
    return static_cast<size_t>(predictor * ncell_ + cell);
  }
  bool known(int64_t cell) const { return known_[static_cast<size_t>(cell)]; }
  Bins::Between settled(int64_t first, const Bins::Between &place) const;
  double linear(const Slope &to, double value) const;
  void add_settled(int64_t first, const Places &places, int64_t n, const double *const *predictors,
                   double *row) const;
  void add_alike(int64_t first, const Bins::Between &place, int64_t n,
                 const double *const *predictors, double *row) const;

  int64_t npredictor_, ncell_ = 0;
  double reach_;
  std::vector<double> constant_;
  std::vector<Slope> slopes_;  // [predictor][cell]
  std::vector<uint8_t> known_;
  int64_t unknown_ = 0;  // cells
};

}  // namespace hyb
