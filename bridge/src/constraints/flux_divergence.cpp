// SPDX-License-Identifier: BSD-3-Clause
#include "constraints/flux_divergence.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "constraints/budget.hpp"
#include "error.hpp"
#include "text.hpp"

namespace hyb {
namespace {

using nlohmann::json;

FluxDivergence::Flux read_flux(const json &object, const std::string &where,
                               ConstraintReader &reader) {
  JsonTable table(object, where, reader.table.status());
  ConstraintReader own{table, reader.fields, reader.flipped};
  FluxDivergence::Flux flux;
  flux.name = table.text("output");
  flux.output = read_output(own, "output");
  flux.upward = table.word("direction", {"up", "down"}, nullptr) == "up";
  table.finish();
  return flux;
}

void check_levels(const std::string &where, const std::string &name, const FieldValues &field,
                  int64_t expected) {
  if (field.nlevel != expected)
    mismatch(HYB_ERROR_SHAPE, where + ": levels of " + in_quotes(name), std::to_string(expected),
             std::to_string(field.nlevel));
  if (field.nspecies != 1)
    mismatch(HYB_ERROR_SHAPE, where + ": species of " + in_quotes(name), "none",
             std::to_string(field.nspecies));
}

}  // namespace

FluxDivergence::FluxDivergence(ConstraintReader &reader) {
  JsonTable &table = reader.table;
  where_ = table.where();
  tendency_name_ = table.text("tendency");
  tendency_ = read_output(reader, "tendency");
  name_ = table.find("name") ? table.text("name") : "divergence for " + tendency_name_;
  read_fluxes(reader);
  factor_ = read_factor(reader);
  measure_ = read_measure(reader);
  if (!measure_.input)
    mismatch(table.status(), where_, "a 'measure' or a 'thickness' of layers", "neither");
  check_units(table, reader.fields);
}

void FluxDivergence::read_fluxes(ConstraintReader &reader) {
  const JsonTable &table = reader.table;
  for (const json &object : reader.table.list("fluxes")) {
    const std::string where = table.where("fluxes") + "[" + std::to_string(fluxes_.size()) + "]";
    fluxes_.push_back(read_flux(object, where, reader));
    if (fluxes_.back().output == tendency_)
      mismatch(table.status(), where, "an output other than the tendency",
               in_quotes(tendency_name_));
  }
  if (fluxes_.empty()) mismatch(table.status(), table.where("fluxes"), "a flux", "none");
}

void FluxDivergence::check_units(const JsonTable &table, const ValueFields &fields) const {
  if (!factor_.unit) return;
  for (const Flux &flux : fluxes_)
    check_unit(table, "flux " + in_quotes(flux.name) + " times the factor",
               {fields.outputs[flux.output].unit, *factor_.unit},
               {fields.outputs[tendency_].unit, measure_.unit});
}

void FluxDivergence::check_shapes(const BlockValues &values) const {
  const FieldValues &tendency = given(values.outputs[tendency_], tendency_name_, where_);
  const FieldValues &measure = given(values.inputs[*measure_.input], measure_.name, where_);
  const int64_t n = tendency.nlevel;
  check_levels(where_, tendency_name_, tendency, n);
  check_levels(where_, measure_.name, measure, n + (measure_.thickness ? 1 : 0));
  for (const Flux &flux : fluxes_)
    check_levels(where_, flux.name, given(values.outputs[flux.output], flux.name, where_), n + 1);
}

// What stays in a layer of some columns, the sum over fluxes.
void FluxDivergence::add_up(const BlockValues &values, int64_t level, const Columns &columns,
                            double *kept) const {
  const int64_t below = level + (values.bottom_up ? 0 : 1), above = 2 * level + 1 - below;
  std::fill_n(kept, columns.n, 0.0);
  for (const Flux &flux : fluxes_) {
    const FieldValues &field = values.outputs[flux.output];
    const double *from = field.row(flux.upward ? below : above) + columns.first;
    const double *to = field.row(flux.upward ? above : below) + columns.first;
    for (int64_t c = 0; c < columns.n; ++c) kept[c] += from[c] - to[c];
  }
}

// Divides by the measure of the layer; NaN where that is not above 0.
void FluxDivergence::divide(const BlockValues &values, int64_t level, const Columns &columns,
                            double *kept) const {
  const FieldValues &measure = values.inputs[*measure_.input];
  const double *first = measure.row(0) + columns.first;
  const double *last = measure.row(measure.nlevel - 1) + columns.first;
  const double *here = measure.row(level) + columns.first;
  const double *next = measure_.thickness ? here + measure.ncol : nullptr;
  for (int64_t c = 0; c < columns.n; ++c) {
    const double step = next ? next[c] - here[c] : here[c];
    const double size = next && last[c] < first[c] ? -step : step;
    kept[c] = size > 0 ? factor_.value * kept[c] / size : std::numeric_limits<double>::quiet_NaN();
  }
}

// Calls use(level, first column, number of columns, values).
template <class Use>
void FluxDivergence::each(const BlockValues &values, const Use &use) const {
  constexpr int64_t most = 64;
  double kept[most];
  for (int64_t first = 0; first < values.ncol; first += most)
    for (int64_t level = 0; level < values.outputs[tendency_].nlevel; ++level) {
      const Columns columns = {first, std::min(most, values.ncol - first)};
      add_up(values, level, columns, kept);
      divide(values, level, columns, kept);
      use(level, columns, kept);
    }
}

void FluxDivergence::check(const BlockValues &values, uint8_t mark,
                           std::vector<uint8_t> &unmet) const {
  check_shapes(values);
  each(values, [&](int64_t, const Columns &columns, const double *kept) {
    uint8_t *const found = unmet.data() + columns.first;
    for (int64_t c = 0; c < columns.n; ++c)
      if (!found[c] && !std::isfinite(kept[c])) found[c] = mark;
  });
}

void FluxDivergence::apply(BlockValues &values, const std::vector<uint8_t> &unmet) const {
  FieldValues &tendency = values.outputs[tendency_];
  each(values, [&](int64_t level, const Columns &columns, const double *kept) {
    double *const row = tendency.row(level) + columns.first;
    const auto first = static_cast<size_t>(columns.first);
    for (int64_t c = 0; c < columns.n; ++c) {
      const size_t column = first + static_cast<size_t>(c);
      if (!unmet[column] && !values.rejected[column]) row[c] = kept[c];
    }
  });
}

}  // namespace hyb
