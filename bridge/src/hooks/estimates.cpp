// SPDX-License-Identifier: BSD-3-Clause
#include "hooks/estimates.hpp"

#include <algorithm>

namespace hyb {

void Estimates::resize(int64_t ncell) {
  ncell_ = ncell;
  constant_.assign(static_cast<size_t>(ncell), 0);
  slopes_.assign(static_cast<size_t>(ncell * npredictor_), Slope());
}

void Estimates::set(int64_t predictor, int64_t cell, const Slope &slope) {
  slopes_[at(predictor, cell)] = slope;
}

double Estimates::linear(int64_t predictor, int64_t cell, double value) const {
  const Slope &to = slopes_[at(predictor, cell)];
  const double within = std::clamp((value - to.centre) * to.scale, -reach_, reach_);
  return to.slope == 0 ? 0 : within * to.slope;  // what was not learnt adds nothing, even to NaN
}

void Estimates::add(int64_t first, const Places &places, int64_t n,
                    const double *const *predictors, double *row) const {
  for (int64_t i = 0; i < n; ++i) {
    const Bins::Between &place = places[static_cast<size_t>(i)];
    row[i] += (1 - place.weight) * constant(first + place.before) +
              place.weight * constant(first + place.after);
  }
  for (int64_t j = 0; j < npredictor_; ++j)
    for (int64_t i = 0; i < n; ++i) {
      const Bins::Between &place = places[static_cast<size_t>(i)];
      const double value = predictors[j][i];
      row[i] += (1 - place.weight) * linear(j, first + place.before, value) +
                place.weight * linear(j, first + place.after, value);
    }
}

}  // namespace hyb
