// SPDX-License-Identifier: BSD-3-Clause
// Sums over the rows of a projection, as they are and as multipliers of budgets make them.
#pragma once

#include "constraints/lanes.hpp"

namespace hyb {
namespace {

// ---- One group of rows

template <int M>
struct RowSums {
  Lanes plain[M], size[M];  // of measure * y
  Lanes gram[below(M, 0)];  // of measure * measure * profile / measure[0], free rows only
};

using GroupSums = RowSums<most_measures>;

inline Lanes within(const RowGroup &group, int64_t i, Lanes y) {
  const Lanes least = row(group.least, i), most = row(group.most, i);
  y = y < least ? least : y;
  return y > most ? most : y;
}

// What multipliers add to a row of profile 1, `change` being their part by measure.
template <int M>
inline Lanes combined(const Lanes *change, const Lanes *measure) {
  Lanes sum = change[0];
  for (int m = 1; m < M; ++m) sum += change[m] * (measure[m] / measure[0]);
  return sum;
}

template <int M>
inline void load_measures(const RowGroup &group, int64_t i, Lanes *measure) {
  for (int m = 0; m < M; ++m) measure[m] = row(group.measure[m], i);
}

template <int M>
inline void add_row(const Lanes *measure, const Lanes &y, RowSums<M> &sums) {
  for (int m = 0; m < M; ++m) {
    const Lanes term = measure[m] * y;
    sums.plain[m] += term;
    sums.size[m] += size_of(term);
  }
}

template <int M>
inline void add_gram(const Lanes *measure, const Lanes &profile, RowSums<M> &sums) {
  for (int m = 0; m < M; ++m)
    for (int n = 0; n <= m; ++n) {
      const Lanes pair =
          m == 0 ? measure[0] : measure[m] * (n == 0 ? all(1) : measure[n] / measure[0]);
      sums.gram[below(m, n)] += profile * pair;
    }
}

enum class Pass { as_it_is, moved, bounded };

// Sums of x, or of the y that multipliers and bounds make of it. Where there are no bounds, the
// matrix stays that of x.
template <int M, Pass pass>
void sum_rows(const RowGroup &group, const Lanes *change, GroupSums &result) {
  RowSums<M> sums = {};
  for (int64_t i = 0; i < group.nrow; ++i) {
    Lanes measure[M];
    load_measures<M>(group, i, measure);
    Lanes y = load(group.x + i * lanes), profile = row(group.profile, i);
    if constexpr (pass != Pass::as_it_is) {
      const Lanes moved = y + profile * combined<M>(change, measure);
      y = pass == Pass::bounded ? within(group, i, moved) : moved;
      store(y, group.y + i * lanes);
      profile = y == moved ? profile : Lanes{};
    }
    add_row<M>(measure, y, sums);
    if constexpr (pass != Pass::moved) add_gram<M>(measure, profile, sums);
  }
  for (int m = 0; m < M; ++m) result.plain[m] = sums.plain[m], result.size[m] = sums.size[m];
  for (int i = 0; pass != Pass::moved && i < below(M, 0); ++i) result.gram[i] = sums.gram[i];
}

using SumRows = void (*)(const RowGroup &, const Lanes *, GroupSums &);
template <Pass pass>
constexpr SumRows sums_of[most_measures] = {sum_rows<1, pass>, sum_rows<2, pass>, sum_rows<3, pass>,
                                            sum_rows<4, pass>};

// Of a group that is in no budget.
void bound_rows(const RowGroup &group) {
  for (int64_t i = 0; i < group.nrow; ++i)
    store(within(group, i, load(group.x + i * lanes)), group.y + i * lanes);
}

void copy_rows(const double *from, double *to, int64_t nrow, const Mask &where) {
  for (int64_t i = 0; i < nrow * lanes; i += lanes)
    store(where ? load(from + i) : load(to + i), to + i);
}

// ---- All groups

struct Trial {
  Lanes multiplier[most_budgets];
  Lanes residual[most_budgets], terms[most_budgets];
  Lanes gram[most_below];
};

class Groups {
 public:
  Groups(const ProjectionProblem &problem, const ProjectionTask &task)
      : problem_(problem),
        task_(task),
        sums_(reinterpret_cast<GroupSums *>(problem.memory)),
        owned_(problem.memory + problem.ngroup * static_cast<int64_t>(sizeof(GroupSums) / 8)) {}

  // Before the first trial: what the owners' rows sum up to, with x as it is.
  void start(Trial &trial) {
    for (int64_t k = 0; k < problem_.nbudget; ++k) trial.multiplier[k] = Lanes{};
    for (int64_t g = 0; g < problem_.ngroup; ++g)
      if (group(g).nmeasure > 0)
        sums_of<Pass::as_it_is>[group(g).nmeasure - 1](group(g), nullptr, sums_[g]);
    for (int64_t o = 0; o < problem_.nowner; ++o) store(Lanes{}, owned(o));
    for (int64_t g = 0; g < problem_.ngroup; ++g)
      if (group(g).nmeasure > 0)
        store(load(owned(group(g).owner)) + sums_[g].gram[0], owned(group(g).owner));
    assemble(trial);
  }

  // What the multipliers of a trial lead to.
  void evaluate(Trial &trial) {
    for (int64_t g = 0; g < problem_.ngroup; ++g) evaluate_group(g, trial);
    assemble(trial);
  }

  // What the trial led to is the start of the next ones.
  void accept(const Mask &where) {
    for (int64_t g = 0; g < problem_.ngroup; ++g)
      copy_rows(group(g).y, group(g).x, group(g).nrow, where);
  }

  void take_back(const Mask &where) {
    for (int64_t g = 0; g < problem_.ngroup; ++g)
      copy_rows(group(g).x, group(g).y, group(g).nrow, where);
  }

 private:
  const RowGroup &group(int64_t g) const { return problem_.groups[g]; }
  double *owned(int64_t owner) const { return owned_ + owner * lanes; }

  // 0 where profiles are too, or are too small to be divided by.
  Lanes weight(const RowGroup &group) const {
    const Lanes found = group.weight / load(owned(group.owner));
    return found <= __DBL_MAX__ ? found : Lanes{};
  }

  void evaluate_group(int64_t g, const Trial &trial) {
    const RowGroup &rows = group(g);
    if (rows.nmeasure == 0) return bound_rows(rows);
    Lanes change[most_measures];
    changes(rows, trial, change);
    const SumRows *sums = rows.bounded ? sums_of<Pass::bounded> : sums_of<Pass::moved>;
    sums[rows.nmeasure - 1](rows, change, sums_[g]);
  }

  void changes(const RowGroup &group, const Trial &trial, Lanes *change) const {
    const Lanes scale = weight(group);
    for (int64_t m = 0; m < group.nmeasure; ++m) {
      change[m] = Lanes{};
      for (int64_t k = 0; k < problem_.nbudget; ++k)
        change[m] += group.factor[k * group.nmeasure + m] * trial.multiplier[k];
      change[m] *= scale;
    }
  }

  void assemble(Trial &trial) const {
    for (int64_t k = 0; k < problem_.nbudget; ++k) {
      trial.residual[k] = load(task_.target + k * lanes);
      trial.terms[k] = load(task_.terms + k * lanes);
      for (int64_t l = 0; l <= k; ++l) trial.gram[below(k, l)] = Lanes{};
    }
    for (int64_t g = 0; g < problem_.ngroup; ++g)
      for (int64_t k = 0; k < problem_.nbudget; ++k) add_group(g, k, trial);
  }

  void add_group(int64_t g, int64_t k, Trial &trial) const {
    const int64_t n = group(g).nmeasure;
    for (int64_t m = 0; m < n; ++m) {
      const double factor = group(g).factor[k * n + m];
      if (factor == 0) continue;
      trial.residual[k] -= factor * sums_[g].plain[m];
      trial.terms[k] += size_of(all(factor)) * sums_[g].size[m];
      if (group(g).weight > 0) add_gram(g, k, m, factor * weight(group(g)), trial);
    }
  }

  void add_gram(int64_t g, int64_t k, int64_t m, const Lanes &factor, Trial &trial) const {
    const int64_t n = group(g).nmeasure;
    for (int64_t l = 0; l <= k; ++l)
      for (int64_t j = 0; j < n; ++j)
        trial.gram[below(k, l)] +=
            factor * group(g).factor[l * n + j] * sums_[g].gram[m > j ? below(m, j) : below(j, m)];
  }

  const ProjectionProblem &problem_;
  const ProjectionTask &task_;
  GroupSums *sums_;
  double *owned_;
};

}  // namespace
}  // namespace hyb
