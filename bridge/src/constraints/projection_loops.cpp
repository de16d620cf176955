// SPDX-License-Identifier: BSD-3-Clause
// Compiled once for each instruction set, HYB_LOOPS being its name. Products and sums are never
// contracted (-ffp-contract=off): bits would depend on the CPU.
#include "constraints/lanes.hpp"

namespace hyb {
namespace {

// ---- Rows of the host's fields to rows of lanes, and back sums of them

// The lanes beyond the last column repeat it.
inline Lanes load_columns(const double *from, int64_t n) {
  if (n == lanes) return load(from);
  Lanes value;
  for (int64_t i = 0; i < lanes; ++i) value[i] = from[i < n ? i : n - 1];
  return value;
}

struct Thickness {
  const double *from;
  int64_t ld, n;
  Lanes sign;

  Thickness(const double *first, int64_t step, int64_t nrow, int64_t columns)
      : from(first), ld(step), n(columns) {
    const Lanes growth = load_columns(from + nrow * ld, n) - load_columns(from, n);
    sign = growth > 0 ? all(1) : all(-1);
  }
  Lanes operator()(int64_t i) const {
    return sign * (load_columns(from + (i + 1) * ld, n) - load_columns(from + i * ld, n));
  }
};

template <class Row>
void gather_rows(int64_t nrow, double above, double *to, uint8_t *bad, const Row &row_of) {
  Mask good = ~Mask{};
  for (int64_t i = 0; i < nrow; ++i) {
    const Lanes value = row_of(i);
    good &= (size_of(value) <= __DBL_MAX__) & (value > above);
    store(value, to + i * lanes);
  }
  for (int64_t i = 0; i < lanes; ++i) bad[i] |= good[i] ? 0 : 1;
}

void gather(const double *from, int64_t ld, int64_t nrow, int64_t n, Feed feed, double above,
            double *to, uint8_t *bad) {
  const auto plain = [&](int64_t i) { return load_columns(from + i * ld, n); };
  const auto size = [&](int64_t i) { return size_of(load_columns(from + i * ld, n)); };
  if (feed == Feed::plain) return gather_rows(nrow, above, to, bad, plain);
  if (feed == Feed::size) return gather_rows(nrow, above, to, bad, size);
  gather_rows(nrow, above, to, bad, Thickness(from, ld, nrow, n));
}

void integrate(const double *rows, int64_t nrow, LaneRows measure, double factor, double *sum,
               double *terms) {
  Lanes plain = {}, size = {};
  for (int64_t i = 0; i < nrow; ++i) {
    const Lanes term = row(measure, i) * load(rows + i * lanes);
    plain += term;
    size += size_of(term);
  }
  store(load(sum) + factor * plain, sum);
  store(load(terms) + size_of(all(factor)) * size, terms);
}

// ---- One group of rows

template <int M>
struct RowSums {
  Lanes plain[M], size[M];     // of measure * y
  Lanes gram[below(M, 0)];  // of measure * measure * profile / measure[0], free rows only
};

using GroupSums = RowSums<most_measures>;

void tighten(const RowLimit &limit, int64_t nrow, double dt, bool first, double *bounds) {
  const double per_dt = limit.in_step ? 1 / dt : 1, margin = limit.side * limit.margin;
  for (int64_t i = 0; i < nrow; ++i, bounds += lanes) {
    const Lanes state = row(limit.state, i);
    const Lanes spare = margin * (size_of(state) + size_of(all(limit.value)));
    const Lanes found = ((limit.value - state) + spare) * per_dt;
    const Lanes old = first ? found : load(bounds);
    store(limit.side * found > limit.side * old ? found : old, bounds);
  }
}

void check_bounds(const RowGroup &group, uint8_t *bad) {
  Mask good = ~Mask{};
  for (int64_t i = 0; i < group.nrow; ++i) good &= row(group.least, i) <= row(group.most, i);
  for (int64_t i = 0; i < lanes; ++i) bad[i] |= good[i] ? 0 : 1;
}

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
      const Lanes pair = m == 0 ? measure[0] : measure[m] * (n == 0 ? all(1) : measure[n] / measure[0]);
      sums.gram[below(m, n)] += profile * pair;
    }
}

enum class Pass { as_it_is, moved, bounded };

// Sums of x, or of the y that multipliers and bounds make of it. Where there are no bounds, the matrix
// stays that of x.
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
constexpr SumRows sums_of[most_measures] = {sum_rows<1, pass>, sum_rows<2, pass>,
                                            sum_rows<3, pass>, sum_rows<4, pass>};

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
      : problem_(problem), task_(task), sums_(reinterpret_cast<GroupSums *>(problem.memory)),
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

  Lanes weight(const RowGroup &group) const {
    const Lanes sum = load(owned(group.owner));
    return sum > 0 ? group.weight / sum : Lanes{};
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

// ---- The multipliers

// Newton's method on the dual, which is concave and piecewise quadratic: exact where no row is at a
// bound. A step that leads far beyond the top of its line is halved. Where all rows of a budget are at
// their bounds, the matrix of all rows stands in, whose steps never overshoot: in growing strides, until
// one does, then in ever smaller ones.
class Search {
 public:
  Search(const ProjectionProblem &problem, const ProjectionTask &task)
      : problem_(problem), n_(problem.nbudget), groups_(problem, task),
        idle_(mask_of(task.idle)) {}

  // Whether y holds anything that x does not.
  bool run(const ProjectionResult &result) {
    groups_.start(trial_);
    for (int64_t k = 0; k < n_; ++k) store(-trial_.residual[k], result.imbalance + k * lanes);
    const bool tried = close();
    tell_unmet(result.unmet);
    // What was made of large values that cancelled is closed once more, relative to what is left.
    for (int again = 0; again < 2 && any(open(false) & ~idle_); ++again) {
      groups_.accept(~idle_);
      groups_.start(trial_);
      close();
      groups_.take_back(open_);
    }
    return tried;
  }

 private:
  // Budgets that are not closed, compared with the terms of this trial, and of the first one.
  Mask open(bool first_too) const {
    Mask open = {};
    for (int64_t k = 0; k < n_; ++k) open |= open_in(k, first_too);
    return open;
  }

  Mask open_in(int64_t k, bool first_too) const {
    const Lanes terms = first_too ? larger(trial_.terms[k], first_terms_[k]) : trial_.terms[k];
    return ~(size_of(trial_.residual[k]) <= problem_.tolerance[k] * terms);
  }

  // From the sums at multipliers of 0 to a y that closes all budgets, where that can be done.
  bool close() {
    for (int64_t k = 0; k < n_; ++k) first_terms_[k] = trial_.terms[k];
    const Mask wrong = open(false) & ~idle_;
    open_ = wrong;
    if (!problem_.bounded && !any(wrong)) return false;
    begin(wrong);
    const int most = problem_.bounded ? 60 : 4;
    for (int i = 0; i < most; ++i) {
      groups_.evaluate(trial_);
      open_ = open(true) & ~idle_;
      if (!any(open_)) break;
      if (i + 1 < most) go_on();
    }
    return true;
  }

  void begin(const Mask &wrong) {
    for (int64_t i = 0; i < below(n_, 0); ++i) whole_[i] = trial_.gram[i];
    whole_singular_ = factorise(whole_, n_);
    for (int64_t k = 0; k < n_; ++k) {
      base_[k] = Lanes{};
      step_[k] = wrong ? trial_.residual[k] : Lanes{};
    }
    solve(whole_, n_, step_);
    for (int64_t k = 0; k < n_; ++k) trial_.multiplier[k] = step_[k];
    slope_ = all(__DBL_MAX__);
    stride_ = Lanes{};
    passed_ = Mask{};
  }

  void go_on() {
    Lanes slope = {};
    for (int64_t k = 0; k < n_; ++k) slope += trial_.residual[k] * step_[k];
    const Mask beyond = open_ & (slope < -0.9 * slope_);
    Lanes next[most_budgets];
    direction(beyond, next);
    Lanes steepness = {};
    for (int64_t k = 0; k < n_; ++k) steepness += trial_.residual[k] * next[k];
    slope_ = beyond ? 0.5 * slope_ : steepness;
    for (int64_t k = 0; k < n_; ++k) {
      base_[k] = beyond ? base_[k] : trial_.multiplier[k];
      step_[k] = beyond ? 0.5 * step_[k] : (open_ ? next[k] : Lanes{});
      trial_.multiplier[k] = base_[k] + step_[k];
    }
  }

  void direction(const Mask &beyond, Lanes *next) {
    Lanes free[most_below], wide[most_budgets];
    for (int64_t i = 0; i < below(n_, 0); ++i) free[i] = trial_.gram[i];
    const Mask stuck = factorise(free, n_) & ~whole_singular_;
    set_stride(beyond, stuck);
    for (int64_t k = 0; k < n_; ++k) next[k] = wide[k] = trial_.residual[k];
    solve(free, n_, next);
    solve(whole_, n_, wide);
    for (int64_t k = 0; k < n_; ++k) next[k] = stuck ? stride_ * wide[k] : next[k];
  }

  void set_stride(const Mask &beyond, const Mask &stuck) {
    const Mask striding = stride_ > 0;
    passed_ = striding & (beyond | (passed_ & stuck));
    const Lanes longer = striding ? 4 * stride_ : all(1);
    stride_ = passed_ ? 0.5 * stride_ : (stuck ? longer : Lanes{});
  }

  void tell_unmet(uint8_t *unmet) {
    for (int64_t i = 0; i < lanes; ++i) unmet[i] = 0;
    for (int64_t k = n_ - 1; k >= 0; --k) {
      const Mask open = open_ & open_in(k, true);
      for (int64_t i = 0; i < lanes; ++i)
        if (open[i]) unmet[i] = static_cast<uint8_t>(1 + k);
    }
    idle_ |= open_;
  }

  const ProjectionProblem &problem_;
  const int64_t n_;
  Groups groups_;
  Mask idle_, open_ = {}, whole_singular_ = {};
  Trial trial_;
  Lanes first_terms_[most_budgets], base_[most_budgets], step_[most_budgets];
  Lanes whole_[most_below];
  Lanes slope_, stride_;
  Mask passed_;  // a stride has led too far
};

bool project(const ProjectionProblem &problem, const ProjectionTask &task,
             const ProjectionResult &result) {
  return Search(problem, task).run(result);
}

// What is equal keeps its bits, the sign of a zero too.
void scatter(const double *rows, int64_t nrow, const uint8_t *where, double *to, int64_t ld,
             int64_t n) {
  const Mask wanted = mask_of(where);
  for (int64_t i = 0; i < nrow; ++i, to += ld) {
    const Lanes value = load(rows + i * lanes), old = load_columns(to, n);
    const Mask changes = wanted & (value != old);
    if (n == lanes)
      store(changes ? value : old, to);
    else
      for (int64_t j = 0; j < n; ++j)
        if (changes[j]) to[j] = value[j];
  }
}

}  // namespace

#define HYB_TEXT(x) #x
#define HYB_NAME(x) HYB_TEXT(x)
extern const ProjectionLoops HYB_LOOPS;
const ProjectionLoops HYB_LOOPS = {HYB_NAME(HYB_LOOPS), gather, integrate, tighten,
                                   check_bounds, project, scatter};

}  // namespace hyb
