// SPDX-License-Identifier: BSD-3-Clause
#include "constraints/flux_divergence.hpp"

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
  FluxDivergence::Flux flux;
  flux.name = table.text("output");
  flux.output = reader.fields.output(flux.name, table.status(), table.where("output"));
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
  tendency_ = reader.fields.output(tendency_name_, table.status(), table.where("tendency"));
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

// Calls use(level, column, value) for all, columns fastest.
template <class Use>
void FluxDivergence::each(const BlockValues &values, const Use &use) const {
  const FieldValues &measure = values.inputs[*measure_.input];
  const int64_t nlevel = values.outputs[tendency_].nlevel;
  const double *first = measure.row(0), *last = measure.row(measure.nlevel - 1);
  for (int64_t l = 0; l < nlevel; ++l) {
    const int64_t lower = l + (values.bottom_up ? 0 : 1), upper = 2 * l + 1 - lower;
    for (int64_t c = 0; c < values.ncol; ++c) {
      double kept = 0;
      for (const Flux &flux : fluxes_) {
        const FieldValues &field = values.outputs[flux.output];
        const double loss = field.row(upper)[c] - field.row(lower)[c];  // of an upward flux
        kept += flux.upward ? -loss : loss;
      }
      double size = measure.row(l)[c];
      if (measure_.thickness) size = (measure.row(l + 1)[c] - size) * (last[c] > first[c] ? 1 : -1);
      use(l, c, size > 0 ? factor_.value * kept / size : std::nan(""));
    }
  }
}

void FluxDivergence::check(const BlockValues &values, uint8_t mark,
                           std::vector<uint8_t> &unmet) const {
  check_shapes(values);
  each(values, [&](int64_t, int64_t c, double value) {
    uint8_t &found = unmet[static_cast<size_t>(c)];
    if (!found && !std::isfinite(value)) found = mark;
  });
}

void FluxDivergence::apply(BlockValues &values, const std::vector<uint8_t> &unmet) const {
  FieldValues &tendency = values.outputs[tendency_];
  each(values, [&](int64_t l, int64_t c, double value) {
    const auto at = static_cast<size_t>(c);
    if (!unmet[at] && !values.rejected[at]) tendency.row(l)[c] = value;
  });
}

}  // namespace hyb
