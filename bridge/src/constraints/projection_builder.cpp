// SPDX-License-Identifier: BSD-3-Clause
#include "constraints/projection_builder.hpp"

#include <algorithm>
#include <limits>

#include "error.hpp"
#include "text.hpp"

namespace hyb {
namespace {

struct LaneConstant {
  alignas(Buffer::alignment) double of_lane[lanes] = {};
  constexpr explicit LaneConstant(double value) {
    for (double &lane : of_lane) lane = value;
  }
};

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr LaneConstant zeros(0), ones(1), unbounded[2] = {LaneConstant(-inf), LaneConstant(inf)};

double *reserved(std::vector<Buffer> &memory, int64_t nrow) {
  memory.emplace_back();
  return static_cast<double *>(memory.back().reserve(nrow * lanes * int64_t{sizeof(double)}));
}

size_t place_of(std::vector<Measure> &measures, const Measure &wanted) {
  const auto at = std::find(measures.begin(), measures.end(), wanted);
  const auto place = static_cast<size_t>(at - measures.begin());
  if (at == measures.end()) measures.push_back(wanted);
  return place;
}

}  // namespace

void ProjectionBuilder::build() {
  for (const Budget &budget : projection_.budgets) {
    plan_.marks_.push_back(static_cast<uint8_t>(1 + budget.constraint));
    plan_.equals_.push_back(budget.equals);
  }
  add_inputs();
  for (size_t output = 0; output < values_.outputs.size(); ++output) add_output(output);
  finish();
}

// ---- Inputs: their sums are known before

void ProjectionBuilder::add_inputs() {
  for (size_t k = 0; k < projection_.budgets.size(); ++k)
    for (const Term &term : projection_.budgets[k].terms) {
      if (term.is_output) continue;
      const FieldValues &field = given(values_.inputs[term.field], term.name, term.rows.where);
      const Range levels = term.rows.levels_of(field, values_.bottom_up);
      const Range species = term.rows.species_of(field);
      const size_t constraint = projection_.budgets[k].constraint;
      const LaneRows measure = measure_rows(term, field, levels, constraint);
      for (int64_t s = species.begin; s < species.end; ++s) {
        const LaneSource wanted = {false,         term.field,  s * field.nlevel + levels.begin,
                                   levels.size(), Feed::plain, false,
                                   constraint};
        plan_.parts_.push_back({k, source(wanted), measure, term.factor.value});
      }
    }
}

// ---- Outputs

void ProjectionBuilder::add_output(size_t output) {
  const FieldValues &field = values_.outputs[output];
  const auto is_it = [&](const Bounds &bounds) { return bounds.output == output; };
  bool used = std::any_of(projection_.bounds.begin(), projection_.bounds.end(), is_it);
  for (const Budget &budget : projection_.budgets)
    for (const Term &term : budget.terms) used |= term.is_output && term.field == output;
  if (!used) return;
  for (int64_t s = 0; s < field.nspecies; ++s) add_species({output, &field, s, {0, field.nlevel}});
}

// Between two neighbouring cuts all rows have the same terms and bounds.
void ProjectionBuilder::add_species(Rows rows) {
  const std::vector<int64_t> ends = cuts(rows);
  for (size_t i = 0; i + 1 < ends.size(); ++i) {
    rows.levels = {ends[i], ends[i + 1]};
    add_group(rows);
  }
}

std::vector<int64_t> ProjectionBuilder::cuts(const Rows &rows) const {
  std::vector<int64_t> ends;
  const auto cut = [&](const RowChoice &choice) {
    choice.species_of(*rows.field);
    const Range levels = choice.levels_of(*rows.field, values_.bottom_up);
    ends.insert(ends.end(), {levels.begin, levels.end});
  };
  for (const Budget &budget : projection_.budgets)
    for (const Term &term : budget.terms)
      if (term.is_output && term.field == rows.output) cut(term.rows);
  for (const Bounds &bounds : projection_.bounds)
    if (bounds.output == rows.output) cut(bounds.rows);
  std::sort(ends.begin(), ends.end());
  ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
  return ends;
}

bool ProjectionBuilder::holds(const RowChoice &choice, const Rows &rows) const {
  return choice.species_of(*rows.field).covers({rows.species, rows.species + 1}) &&
         choice.levels_of(*rows.field, values_.bottom_up).covers(rows.levels);
}

std::vector<ProjectionBuilder::Entry> ProjectionBuilder::entries(const Rows &rows) const {
  std::vector<Entry> found;
  size_t owner = 0;
  for (size_t k = 0; k < projection_.budgets.size(); ++k)
    for (const Term &term : projection_.budgets[k].terms) {
      const bool same = term.is_output && term.field == rows.output;
      if (same && holds(term.rows, rows)) found.push_back({k, owner, &term});
      ++owner;
    }
  return found;
}

std::vector<const Bounds *> ProjectionBuilder::bounds(const Rows &rows) const {
  std::vector<const Bounds *> found;
  for (const Bounds &bounds : projection_.bounds)
    if (bounds.output == rows.output && holds(bounds.rows, rows)) found.push_back(&bounds);
  return found;
}

void ProjectionBuilder::add_group(const Rows &rows) {
  const std::vector<Entry> terms = entries(rows);
  const std::vector<const Bounds *> limits = bounds(rows);
  if (terms.empty() && limits.empty()) return;
  RowGroup group = group_of(rows, terms);
  const size_t constraint = terms.empty() ? limits.front()->constraint
                                          : projection_.budgets[terms.front().budget].constraint;
  group.mark = static_cast<uint8_t>(1 + constraint);
  group.nrow = rows.levels.size();
  group.x = spare_rows(group.nrow);
  group.start = spare_rows(group.nrow);
  plan_.places_.push_back({rows.output,
                           rows.species * rows.field->nlevel + rows.levels.begin, group.x,
                           spare_rows(group.nrow)});
  add_bounds(group, rows, limits);
  plan_.groups_.push_back(group);
}

// The first term, that of the first budget, says how the rows change.
RowGroup ProjectionBuilder::group_of(const Rows &rows, const std::vector<Entry> &terms) {
  RowGroup group{};
  group.profile = {ones.of_lane, 0};
  if (terms.empty()) return group;
  std::vector<Measure> measures;
  for (const Entry &entry : terms) {
    const size_t place = place_of(measures, entry.term->measure);
    if (place == most_measures)
      mismatch(HYB_ERROR_SHAPE,
               entry.term->rows.where + ": measures of output " + in_quotes(entry.term->name),
               "at most " + std::to_string(most_measures), "more");
    group.measure[place] = measure_rows(*entry.term, *rows.field, rows.levels,
                                        projection_.budgets[entry.budget].constraint);
  }
  const Term &how = *terms.front().term;
  group.nmeasure = static_cast<int64_t>(measures.size());
  group.owner = static_cast<int64_t>(terms.front().owner);
  group.weight = how.weight / (how.factor.value * how.factor.value);
  group.profile = profile_rows(how, rows, projection_.budgets[terms.front().budget].constraint);
  add_factors(group, terms, measures);
  return group;
}

void ProjectionBuilder::add_factors(RowGroup &group, const std::vector<Entry> &terms,
                                    const std::vector<Measure> &measures) {
  std::vector<double> factors(projection_.budgets.size() * measures.size());
  for (const Entry &entry : terms) {
    const auto at = std::find(measures.begin(), measures.end(), entry.term->measure);
    const auto place = static_cast<size_t>(at - measures.begin());
    factors[entry.budget * measures.size() + place] += entry.term->factor.value;
  }
  plan_.factors_.push_back(std::move(factors));
  group.factor = plan_.factors_.back().data();
}

void ProjectionBuilder::add_bounds(RowGroup &group, const Rows &rows,
                                   const std::vector<const Bounds *> &limits) {
  group.least = {unbounded[0].of_lane, 0};
  group.most = {unbounded[1].of_lane, 0};
  if (limits.empty()) return;
  ProjectionPlan::GroupBounds bounds{
      plan_.groups_.size(), limits.front()->constraint, {}, {}, nullptr, nullptr};
  for (const Bounds *one : limits) add_limits(*one, rows, bounds);
  group.bounded = true;
  if (!bounds.least_limits.empty()) group.least = {bounds.least = spare_rows(group.nrow), lanes};
  if (!bounds.most_limits.empty()) group.most = {bounds.most = spare_rows(group.nrow), lanes};
  plan_.bounds_.push_back(std::move(bounds));
}

void ProjectionBuilder::add_limits(const Bounds &bounds, const Rows &rows,
                                   ProjectionPlan::GroupBounds &limits) {
  RowLimit limit{{zeros.of_lane, 0}, bounds.state.has_value(), 0, 0, 1};
  if (bounds.state) {
    plan_.state_constraint_ = std::min(plan_.state_constraint_, bounds.constraint);
    limit.state =
        by_level(*bounds.state, bounds.state_name, bounds.rows.where, *rows.field, rows.levels,
                 {false, *bounds.state, rows.species, 0, Feed::plain, false, bounds.constraint});
  }
  const bool pinned = bounds.least && bounds.most && *bounds.least == *bounds.most;
  limit.margin = bounds.state && !pinned ? 0x1p-50 : 0;
  limit.value = bounds.least.value_or(0);
  if (bounds.least) limits.least_limits.push_back(limit);
  limit.value = bounds.most.value_or(0);
  limit.side = -1;
  if (bounds.most) limits.most_limits.push_back(limit);
}

double *ProjectionBuilder::spare_rows(int64_t nrow) { return reserved(plan_.other_memory_, nrow); }

// ---- Rows of lanes

LaneRows ProjectionBuilder::measure_rows(const Term &term, const FieldValues &field, Range levels,
                                         size_t constraint) {
  if (!term.measure.input) return {ones.of_lane, 0};
  const FieldValues &measure =
      given(values_.inputs[*term.measure.input], term.measure.name, term.rows.where);
  check_measure(term, measure, field);
  const bool one = measure.nlevel == 1 && !term.measure.thickness;
  const Feed feed = term.measure.thickness ? Feed::thickness : Feed::plain;
  const Range wanted = one ? Range{0, 1} : levels;
  const size_t at =
      source({false, *term.measure.input, wanted.begin, wanted.size(), feed, true, constraint});
  return {plan_.rows(at), one ? 0 : lanes};
}

LaneRows ProjectionBuilder::profile_rows(const Term &term, const Rows &rows, size_t constraint) {
  if (term.profile == Term::Profile::flat) return {ones.of_lane, 0};
  if (term.profile == Term::Profile::input)
    return by_level(term.profile_input, "profile", term.rows.where, *rows.field, rows.levels,
                    {false, term.profile_input, rows.species, 0, Feed::size, false, constraint});
  const int64_t first = rows.species * rows.field->nlevel + rows.levels.begin;
  const size_t at =
      source({true, rows.output, first, rows.levels.size(), Feed::size, false, constraint});
  return {plan_.rows(at), lanes};
}

// Rows of an input, of the same species where it has as many; `like` has the species in first_row.
LaneRows ProjectionBuilder::by_level(size_t input, const std::string &name,
                                     const std::string &where, const FieldValues &field,
                                     Range levels, LaneSource like) {
  const FieldValues &found = given(values_.inputs[input], name, where);
  const bool fits = (found.nlevel == field.nlevel || found.nlevel == 1) &&
                    (found.nspecies == field.nspecies || found.nspecies == 1);
  const auto shape = [](const FieldValues &one) {
    return std::to_string(one.nlevel) + " levels and " + std::to_string(one.nspecies) + " species";
  };
  if (!fits)
    mismatch(HYB_ERROR_SHAPE, where + ": " + in_quotes(name), shape(field) + ", or 1 of either",
             shape(found));
  const bool one = found.nlevel == 1;
  like.first_row =
      (found.nspecies == 1 ? 0 : like.first_row) * found.nlevel + (one ? 0 : levels.begin);
  like.nrow = one ? 1 : levels.size();
  return {plan_.rows(source(like)), one ? 0 : lanes};
}

size_t ProjectionBuilder::source(const LaneSource &wanted) {
  std::vector<LaneSource> &all = plan_.sources_;
  const auto at = std::find(all.begin(), all.end(), wanted);
  if (at != all.end()) return static_cast<size_t>(at - all.begin());
  all.push_back(wanted);
  reserved(plan_.memory_, wanted.nrow);
  return all.size() - 1;
}

// ---- The whole

int64_t ProjectionBuilder::rows_of(const Budget &budget) const {
  int64_t rows = 0;
  for (const Term &term : budget.terms) {
    const FieldValues &field = (term.is_output ? values_.outputs : values_.inputs)[term.field];
    rows += field.nrow();
  }
  return rows;
}

// A residual of a few roundings is one that is closed: they are as many as the terms, in sums.
void ProjectionBuilder::finish() {
  int64_t nowner = 0;
  for (const Budget &budget : projection_.budgets) {
    plan_.tolerance_.push_back(0x1p-48 + 0x1p-55 * static_cast<double>(rows_of(budget)));
    nowner += static_cast<int64_t>(budget.terms.size());
  }
  const auto ngroup = static_cast<int64_t>(plan_.groups_.size());
  const int64_t memory = projection_memory(ngroup, nowner) * static_cast<int64_t>(sizeof(double));
  plan_.problem_ = {plan_.groups_.data(),
                    ngroup,
                    static_cast<int64_t>(projection_.budgets.size()),
                    nowner,
                    plan_.marks_.data(),
                    !projection_.bounds.empty(),
                    plan_.tolerance_.data(),
                    static_cast<double *>(plan_.sums_.reserve(memory))};
}

}  // namespace hyb
