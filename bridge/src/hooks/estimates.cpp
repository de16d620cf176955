// SPDX-License-Identifier: BSD-3-Clause
#include "hooks/estimates.hpp"

#include <algorithm>

namespace hyb {

void Estimates::resize(int64_t ncell) {
  ncell_ = ncell;
  constant_.assign(static_cast<size_t>(ncell), 0);
  slopes_.assign(static_cast<size_t>(ncell * npredictor_), Slope());
  known_.assign(static_cast<size_t>(ncell), 0);
  unknown_ = ncell;
}

void Estimates::set(int64_t cell, double constant) {
  constant_[at(0, cell)] = constant;
  unknown_ -= !known(cell);
  known_[static_cast<size_t>(cell)] = 1;
}

// Where steps are longer than bins of the day, every second one may never have a sample.
Bins::Between Estimates::settled(int64_t first, const Bins::Between &place) const {
  const bool later = place.weight >= 0.5;
  const int64_t own = later ? place.after : place.before;
  const int64_t other = later ? place.before : place.after;
  return known(first + own) && !known(first + other) ? Bins::Between{own, own, 0} : place;
}

void Estimates::set(int64_t predictor, int64_t cell, const Slope &slope) {
  slopes_[at(predictor, cell)] = slope;
}

double Estimates::linear(const Slope &to, double value) const {
  const double within = std::clamp((value - to.centre) * to.scale, -reach_, reach_);
  return to.slope == 0 ? 0 : within * to.slope;  // what was not learnt adds nothing, even to NaN
}

// Where all columns lie between the same bins there is one estimate for the whole row.
void Estimates::add_alike(int64_t first, const Bins::Between &place, int64_t n,
                          const double *const *predictors, double *row) const {
  const int64_t before = first + place.before, after = first + place.after;
  const double both = (1 - place.weight) * constant(before) + place.weight * constant(after);
  for (int64_t i = 0; i < n; ++i) row[i] += both;
  for (int64_t j = 0; j < npredictor_; ++j) {
    const Slope one = slopes_[at(j, before)], other = slopes_[at(j, after)];
    for (int64_t i = 0; i < n; ++i)
      row[i] += (1 - place.weight) * linear(one, predictors[j][i]) +
                place.weight * linear(other, predictors[j][i]);
  }
}

void Estimates::add(int64_t first, const Places &places, int64_t n,
                    const double *const *predictors, double *row) const {
  if (unknown_ == 0) return add_settled(first, places, n, predictors, row);
  Places own;
  std::transform(places.data(), places.data() + n, own.data(),
                 [&](const Bins::Between &place) { return settled(first, place); });
  add_settled(first, own, n, predictors, row);
}

void Estimates::add_settled(int64_t first, const Places &places, int64_t n,
                            const double *const *predictors, double *row) const {
  const Bins::Between *end = places.data() + n;
  const auto other = [&](const Bins::Between &place) { return !(place == places[0]); };
  if (std::find_if(places.data(), end, other) == end)
    return add_alike(first, places[0], n, predictors, row);
  for (int64_t i = 0; i < n; ++i) {
    const Bins::Between &place = places[static_cast<size_t>(i)];
    row[i] += (1 - place.weight) * constant(first + place.before) +
              place.weight * constant(first + place.after);
  }
  for (int64_t j = 0; j < npredictor_; ++j)
    for (int64_t i = 0; i < n; ++i) {
      const Bins::Between &place = places[static_cast<size_t>(i)];
      const double value = predictors[j][i];
      row[i] += (1 - place.weight) * linear(slopes_[at(j, first + place.before)], value) +
                place.weight * linear(slopes_[at(j, first + place.after)], value);
    }
}

}  // namespace hyb
