// SPDX-License-Identifier: BSD-3-Clause
#include "constraints/flux_divergence.hpp"

#include <algorithm>
#include <cmath>

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

// What stays in a layer of some columns, over its measure.
void FluxDivergence::find(const BlockValues &values, int64_t level, const Columns &columns,
                          double *kept) const {
  const int64_t below = level + (values.bottom_up ? 0 : 1), above = 2 * level + 1 - below;
  std::fill_n(kept, columns.n, 0.0);
  for (const Flux &flux : fluxes_) {
    const FieldValues &field = values.outputs[flux.output];
    const double *lower = field.row(below) + columns.first;
    const double *upper = field.row(above) + columns.first;
    projection_loops().add_difference(flux.upward ? lower : upper, flux.upward ? upper : lower,
                                      columns.n, kept);
  }
  projection_loops().divide(layer(values, level, columns), factor_.value, columns.n, kept);
}

Layer FluxDivergence::layer(const BlockValues &values, int64_t level,
                            const Columns &columns) const {
  const FieldValues &field = values.inputs[*measure_.input];
  const auto row = [&](int64_t at) { return field.row(at) + columns.first; };
  if (!measure_.thickness) return {row(level), nullptr, nullptr, nullptr, nullptr};
  return {nullptr, row(level), row(level + 1), row(0), row(field.nlevel - 1)};
}

// Calls use(columns) for some columns after the other, as many as fit into a Tile.
template <class Use>
void FluxDivergence::each(const BlockValues &values, const Use &use) const {
  for (int64_t first = 0; first < values.ncol; first += most_columns)
    use(Columns{first, std::min(most_columns, values.ncol - first)});
}

void FluxDivergence::check(const BlockValues &values, uint8_t mark,
                           std::vector<uint8_t> &unmet) const {
  check_shapes(values);
  each(values, [&](const Columns &columns) {
    Tile kept, zero = {};  // zero: stays so where all are finite
    for (int64_t level = 0; level < values.outputs[tendency_].nlevel; ++level) {
      find(values, level, columns, kept);
      for (int64_t c = 0; c < columns.n; ++c) zero[c] += 0 * kept[c];
    }
    uint8_t *const found = unmet.data() + columns.first;
    for (int64_t c = 0; c < columns.n; ++c)
      if (!found[c] && !(zero[c] == 0)) found[c] = mark;
  });
}

void FluxDivergence::apply(BlockValues &values, const std::vector<uint8_t> &unmet) const {
  FieldValues &tendency = values.outputs[tendency_];
  each(values, [&](const Columns &columns) {
    Tile kept, wanted;  // as wide as the values, so that choosing vectorises
    for (int64_t c = 0; c < columns.n; ++c) {
      const auto column = static_cast<size_t>(columns.first + c);
      wanted[c] = !unmet[column] && !values.rejected[column];
    }
    for (int64_t level = 0; level < tendency.nlevel; ++level) {
      find(values, level, columns, kept);
      double *const row = tendency.row(level) + columns.first;
      for (int64_t c = 0; c < columns.n; ++c) row[c] = wanted[c] > 0 ? kept[c] : row[c];
    }
  });
}

}  // namespace hyb
