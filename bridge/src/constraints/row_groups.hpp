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

// A row after the other. Of its own: what a loop reads of a group it would read anew after each
// store.
class Walk {
 public:
  Walk() = default;
  explicit Walk(const LaneRows &rows) : at_(rows.data), step_(rows.step) {}
  Lanes next() {
    const Lanes found = load(at_);
    at_ += step_;
    return found;
  }

 private:
  const double *at_;
  int64_t step_;
};

struct BoundsWalk {
  Walk least, most;
  explicit BoundsWalk(const RowGroup &group) : least(group.least), most(group.most) {}
  Lanes bring_within(const Lanes &value) {
    const Lanes low = least.next(), high = most.next(), y = choice(value < low, low, value);
    return choice(y > high, high, y);
  }
};

// The sign of a zero is not changed.
inline Lanes unless_equal(const Lanes &value, const Lanes &old) {
  return choice(value == old, old, value);
}

// What multipliers add to a row of profile 1, `change` being their part by measure.
template <int M>
inline Lanes combined(const Lanes *change, const Lanes *measure) {
  Lanes sum = change[0];
  for (int m = 1; m < M; ++m) sum += change[m] * (measure[m] / measure[0]);
  return sum;
}

template <int M>
struct MeasureWalk {
  Walk walk[M];
  explicit MeasureWalk(const RowGroup &group) {
    for (int m = 0; m < M; ++m) walk[m] = Walk(group.measure[m]);
  }
  void next(Lanes *measure) {
    for (int m = 0; m < M; ++m) measure[m] = walk[m].next();
  }
};

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
          m == 0 ? measure[0] : measure[m] * (n == 0 ? Lanes(1) : measure[n] / measure[0]);
      sums.gram[below(m, n)] += profile * pair;
    }
}

enum class Pass { first, as_it_is, moved, bounded };

// Sums of x, taken first from where it comes from, or of the y that multipliers and bounds make of
// it. Where there are no bounds, the matrix stays that of x. The first pass marks the lanes that
// are not finite.
template <int M, Pass pass>
Mask sum_rows(const RowGroup &group, const double *x_rows, const Lanes *change,
              GroupSums &result) {
  RowSums<M> sums = {};
  Lanes shares[M];
  constexpr bool moves = pass == Pass::moved || pass == Pass::bounded;
  for (int m = 0; m < M && moves; ++m) shares[m] = change[m];
  Mask bad = {};
  double *copy = group.x;
  MeasureWalk<M> measures(group);
  BoundsWalk bounds(group);
  Walk xs(pass == Pass::first ? group.from : LaneRows{x_rows, lanes}), profiles(group.profile);
  double *to = group.y;
  const int64_t step = group.y_step;
  for (int64_t i = group.nrow; i > 0; --i, to += step) {
    Lanes measure[M];
    measures.next(measure);
    const Lanes x = xs.next();
    Lanes y = x, profile = profiles.next();
    if constexpr (pass == Pass::first) {
      bad |= not_finite(x);
      store(x, copy);
      copy += lanes;
    }
    if constexpr (moves) {
      const Lanes moved = x + profile * combined<M>(shares, measure);
      y = pass == Pass::bounded ? bounds.bring_within(moved) : moved;
      store(unless_equal(y, x), to);
      profile = choice(y == moved, profile, Lanes{});
    }
    add_row<M>(measure, y, sums);
    if constexpr (pass != Pass::moved) add_gram<M>(measure, profile, sums);
  }
  for (int m = 0; m < M; ++m) result.plain[m] = sums.plain[m], result.size[m] = sums.size[m];
  for (int i = 0; pass != Pass::moved && i < below(M, 0); ++i) result.gram[i] = sums.gram[i];
  return bad;
}

using SumRows = Mask (*)(const RowGroup &, const double *, const Lanes *, GroupSums &);
template <Pass pass>
constexpr SumRows sums_of[most_measures] = {sum_rows<1, pass>, sum_rows<2, pass>, sum_rows<3, pass>,
                                            sum_rows<4, pass>};

// Of groups that are in no budget.
Mask take_rows(const RowGroup &group) {
  Walk from(group.from);
  Mask bad = {};
  for (int64_t i = 0; i < group.nrow; ++i) {
    const Lanes x = from.next();
    bad |= not_finite(x);
    store(x, group.x + i * lanes);
  }
  return bad;
}

void bound_rows(const RowGroup &group, const double *x_rows) {
  BoundsWalk bounds(group);
  Walk xs({x_rows, lanes});
  double *to = group.y;
  for (int64_t i = group.nrow; i > 0; --i, to += group.y_step) {
    const Lanes x = xs.next();
    store(unless_equal(bounds.bring_within(x), x), to);
  }
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
        owned_(problem.memory + problem.ngroup * static_cast<int64_t>(sizeof(GroupSums) / 8)),
        weights_(owned_ + problem.nowner * lanes) {}

  // Takes x. Marks the lanes in which a group is not finite, but for idle ones.
  void take(Mask &idle, uint8_t *unmet) {
    for (int64_t g = 0; g < problem_.ngroup; ++g) {
      const Mask bad = with_first_bit(take_group(g)) & ~idle;
      mark(bad, group(g).mark, unmet);
      idle |= bad;
    }
  }

  // Anew, from where trials begin now.
  void add_up_rows() {
    for (int64_t g = 0; g < problem_.ngroup; ++g)
      if (group(g).nmeasure > 0)
        sums_of<Pass::as_it_is>[group(g).nmeasure - 1](group(g), x(g), nullptr, sums_[g]);
  }

  // Before the first trial, from the sums of x: what the owners' rows sum up to.
  void start(Trial &trial) {
    for (int64_t k = 0; k < problem_.nbudget; ++k) trial.multiplier[k] = Lanes{};
    for (int64_t o = 0; o < problem_.nowner; ++o) store(Lanes{}, owned(o));
    for (int64_t g = 0; g < problem_.ngroup; ++g)
      if (group(g).nmeasure > 0)
        store(load(owned(group(g).owner)) + sums_[g].gram[0], owned(group(g).owner));
    for (int64_t g = 0; g < problem_.ngroup; ++g)
      if (group(g).nmeasure > 0) store(weight_of(group(g)), weights_ + g * lanes);
    add_up(trial);
  }

  // What the multipliers of a trial lead to, but for its matrix.
  void evaluate(Trial &trial) {
    for (int64_t g = 0; g < problem_.ngroup; ++g) evaluate_group(g, trial);
    add_up(trial);
  }

  // How residuals fall as multipliers grow, from where the last trial led to.
  void find_gram(Trial &trial) const {
    for (int64_t k = 0; k < problem_.nbudget; ++k)
      for (int64_t l = 0; l <= k; ++l) trial.gram[below(k, l)] = gram(k, l);
  }

  // What the trial led to is the start of the next ones.
  void accept(const Mask &where) {
    for (int64_t g = 0; g < problem_.ngroup; ++g)
      for (int64_t i = 0; i < group(g).nrow; ++i)
        store(choice(where, load(y(g, i)), load(x(g) + i * lanes)), group(g).start + i * lanes);
    moved_ = true;
  }

  void take_back(const Mask &where) {
    for (int64_t g = 0; g < problem_.ngroup; ++g) reset(g, x(g), where);
  }

  // To what was there before the search.
  void give_back(const Mask &where) {
    for (int64_t g = 0; g < problem_.ngroup; ++g) reset(g, group(g).x, where);
  }

 private:
  const RowGroup &group(int64_t g) const { return problem_.groups[g]; }
  const double *x(int64_t g) const { return moved_ ? group(g).start : group(g).x; }
  double *y(int64_t g, int64_t i) const { return group(g).y + i * group(g).y_step; }

  void reset(int64_t g, const double *from, const Mask &where) {
    for (int64_t i = 0; i < group(g).nrow; ++i)
      store(choice(where, load(from + i * lanes), load(y(g, i))), y(g, i));
  }

  double *owned(int64_t owner) const { return owned_ + owner * lanes; }

  // 0 where profiles are too, or are too small to be divided by.
  Lanes weight_of(const RowGroup &group) const {
    const Lanes found = group.weight / load(owned(group.owner));
    return choice(found <= __DBL_MAX__, found, Lanes{});
  }

  Lanes weight(int64_t g) const { return load(weights_ + g * lanes); }

  Mask take_group(int64_t g) {
    const int64_t n = group(g).nmeasure;
    if (n == 0) return take_rows(group(g));
    return sums_of<Pass::first>[n - 1](group(g), nullptr, nullptr, sums_[g]);
  }

  void evaluate_group(int64_t g, const Trial &trial) {
    const RowGroup &rows = group(g);
    if (rows.nmeasure == 0) return bound_rows(rows, x(g));
    Lanes change[most_measures];
    changes(rows, weight(g), trial, change);
    const SumRows *sums = rows.bounded ? sums_of<Pass::bounded> : sums_of<Pass::moved>;
    sums[rows.nmeasure - 1](rows, x(g), change, sums_[g]);
  }

  void changes(const RowGroup &group, const Lanes &scale, const Trial &trial,
               Lanes *change) const {
    for (int64_t m = 0; m < group.nmeasure; ++m) {
      change[m] = Lanes{};
      for (int64_t k = 0; k < problem_.nbudget; ++k)
        change[m] += group.factor[k * group.nmeasure + m] * trial.multiplier[k];
      change[m] *= scale;
    }
  }

  // In registers, one sum after the other: added to in memory, each would wait for the one before.
  void add_up(Trial &trial) const {
    for (int64_t k = 0; k < problem_.nbudget; ++k) {
      Lanes residual = load(task_.target + k * lanes), terms = load(task_.terms + k * lanes);
      for (int64_t g = 0; g < problem_.ngroup; ++g) {
        const int64_t n = group(g).nmeasure;
        for (int64_t m = 0; m < n; ++m) {
          const double factor = group(g).factor[k * n + m];
          if (factor == 0) continue;
          residual -= factor * sums_[g].plain[m];
          terms += size_of(factor) * sums_[g].size[m];
        }
      }
      trial.residual[k] = residual;
      trial.terms[k] = terms;
    }
  }

  Lanes gram(int64_t k, int64_t l) const {
    Lanes sum = {};
    for (int64_t g = 0; g < problem_.ngroup; ++g) {
      const int64_t n = group(g).nmeasure;
      const double *const first = group(g).factor + k * n, *const second = group(g).factor + l * n;
      for (int64_t m = 0; m < n && group(g).weight > 0; ++m) {
        if (first[m] == 0) continue;
        const Lanes factor = first[m] * weight(g);
        for (int64_t j = 0; j < n; ++j)
          sum += factor * second[j] * sums_[g].gram[m > j ? below(m, j) : below(j, m)];
      }
    }
    return sum;
  }

  const ProjectionProblem &problem_;
  const ProjectionTask &task_;
  GroupSums *sums_;
  double *owned_, *weights_;  // rows of lanes, by owner and by group
  bool moved_ = false;        // whether trials begin with `start` rather than x
};

}  // namespace
}  // namespace hyb
