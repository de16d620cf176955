// SPDX-License-Identifier: BSD-3-Clause
#include "constraints/terms.hpp"

#include <algorithm>
#include <cmath>

#include "error.hpp"
#include "text.hpp"
#include "units.hpp"

namespace hyb {
namespace {

using nlohmann::json;

std::string count_of(int64_t n, const char *what) { return std::to_string(n) + ' ' + what; }

int64_t positive_integer(ConstraintReader &reader, const char *key, const json &value) {
  const bool fits =
      value.is_number_integer() && value.get<double>() >= 1 && value.get<double>() < 1 << 24;
  if (!fits) reader.table.wrong(key, "a positive integer", value);
  return value.get<int64_t>();
}

void read_levels(ConstraintReader &reader, const json &value, RowChoice &rows) {
  const char *const expected = "'top', 'bottom', a level or the first and the last of some";
  if (value == "top" || value == "bottom") {
    rows.levels = value == "top" ? RowChoice::Levels::top : RowChoice::Levels::bottom;
    return;
  }
  const bool pair = value.is_array() && value.size() == 2;
  if (!pair && !value.is_number()) reader.table.wrong("levels", expected, value);
  rows.levels = RowChoice::Levels::some;
  rows.first_level = positive_integer(reader, "levels", pair ? value[0] : value);
  rows.last_level = positive_integer(reader, "levels", pair ? value[1] : value);
  if (rows.first_level > rows.last_level)
    mismatch(reader.table.status(), reader.table.where("levels"), "the first level first",
             std::to_string(rows.first_level) + " before " + std::to_string(rows.last_level));
}

const std::string &unit_of(const std::vector<ValueField> &fields, size_t place) {
  return fields[place].unit;
}

void read_field(ConstraintReader &reader, Term &term) {
  const bool has_input = reader.table.find("input"), has_output = reader.table.find("output");
  if (has_input == has_output)
    mismatch(reader.table.status(), reader.table.where(), "an 'output' or an 'input'",
             has_input ? "both" : "neither");
  term.is_output = has_output;
  term.name = reader.table.text(has_output ? "output" : "input");
  term.field = has_output ? read_output(reader, "output") : reader.fields.input(term.name);
  term.unit = unit_of(has_output ? reader.fields.outputs : reader.fields.inputs, term.field);
}

void read_how(ConstraintReader &reader, Term &term) {
  term.weight = reader.table.number("weight", 1);
  if (!(term.weight >= 0 && term.weight <= 1e6))
    reader.table.wrong("weight", "a number from 0 to 1e6", *reader.table.find("weight"));
  if (reader.table.find("profile")) {
    const std::string name = reader.table.text("profile");
    term.profile = name == term.name ? Term::Profile::itself : Term::Profile::input;
    if (term.profile == Term::Profile::input) term.profile_input = reader.fields.input(name);
  }
  term.says_how = reader.table.find("weight") || reader.table.find("profile");
}

std::string product(const std::vector<std::string> &factors) {
  std::string unit;
  for (const std::string &factor : factors)
    if (factor != "1") unit += (unit.empty() ? "" : " ") + factor;
  return unit.empty() ? "1" : unit;
}

}  // namespace

Range RowChoice::levels_of(const FieldValues &field, bool bottom_up) const {
  const int64_t n = field.nlevel;
  if (levels == Levels::all) return {0, n};
  if (levels != Levels::some) {
    const bool first = (levels == Levels::top) != bottom_up;
    return first ? Range{0, 1} : Range{n - 1, n};
  }
  if (last_level > n)
    mismatch(HYB_ERROR_SHAPE, where, "at least " + count_of(last_level, "levels"),
             count_of(n, "levels"));
  return flipped ? Range{n - last_level, n - first_level + 1} : Range{first_level - 1, last_level};
}

Range RowChoice::species_of(const FieldValues &field) const {
  if (species == 0) return {0, field.nspecies};
  if (species > field.nspecies)
    mismatch(HYB_ERROR_SHAPE, where, "at least " + count_of(species, "species"),
             count_of(field.nspecies, "species"));
  return {species - 1, species};
}

bool RowChoice::may_meet(const RowChoice &other) const {
  if (species && other.species && species != other.species) return false;
  const bool ends = levels != Levels::all && levels != Levels::some &&
                    other.levels != Levels::all && other.levels != Levels::some;
  if (ends) return levels == other.levels;
  const bool numbers =
      levels == Levels::some && other.levels == Levels::some && flipped == other.flipped;
  return !numbers || (first_level <= other.last_level && other.first_level <= last_level);
}

size_t read_output(ConstraintReader &reader, const char *key) {
  const JsonTable &table = reader.table;
  const std::string name = reader.table.text(key);
  const size_t place = reader.fields.output(name, table.status(), table.where(key));
  if (reader.fields.outputs[place].is_flag)
    mismatch(table.status(), table.where(key), "an output that is no flag", in_quotes(name));
  return place;
}

// A card that does not know how many there are leaves that to the first call.
void RowChoice::check(const ValueField &output) const {
  const FieldValues shape = {nullptr, output.nlevel, output.nspecies, 0};
  if (output.nlevel == 0) return;
  levels_of(shape, false);
  species_of(shape);
}

RowChoice read_rows(ConstraintReader &reader) {
  RowChoice rows;
  rows.where = reader.table.where();
  rows.status = reader.table.status();
  rows.flipped = reader.flipped;
  if (const json *levels = reader.table.find("levels")) read_levels(reader, *levels, rows);
  if (const json *species = reader.table.find("species"))
    rows.species = positive_integer(reader, "species", *species);
  return rows;
}

Factor read_factor(ConstraintReader &reader) {
  const json *value = reader.table.find("factor");
  if (!value) return {};
  Factor factor;
  if (value->is_string()) {
    const std::string text = value->get<std::string>();
    const Quantity quantity =
        quantity_of(text, reader.table.where("factor"), reader.table.status());
    factor = {quantity.value, quantity.unit};
  } else {
    factor.value = reader.table.number("factor", 1);
  }
  const double size = std::fabs(factor.value);
  if (!(size >= 1e-100 && size <= 1e100))
    reader.table.wrong("factor", "a number other than 0", *value);
  return factor;
}

Measure read_measure(ConstraintReader &reader) {
  const bool thickness = reader.table.find("thickness"), plain = reader.table.find("measure");
  if (thickness && plain)
    mismatch(reader.table.status(), reader.table.where(), "'measure' or 'thickness'", "both");
  if (!thickness && !plain) return {{}, false, "1", ""};
  const std::string name = reader.table.text(thickness ? "thickness" : "measure");
  const size_t place = reader.fields.input(name);
  return {place, thickness, unit_of(reader.fields.inputs, place), name};
}

Term read_term(const json &object, const std::string &where, ConstraintReader &parent) {
  JsonTable table(object, where, parent.table.status());
  ConstraintReader reader{table, parent.fields, parent.flipped};
  Term term;
  read_field(reader, term);
  term.rows = read_rows(reader);
  if (term.is_output) term.rows.check(reader.fields.outputs[term.field]);
  term.factor = read_factor(reader);
  term.measure = read_measure(reader);
  if (term.is_output) read_how(reader, term);
  table.finish();
  return term;
}

void check_unit(const JsonTable &table, const std::string &what,
                const std::vector<std::string> &factors, const std::vector<std::string> &target) {
  for (const auto *units : {&factors, &target})
    if (std::find(units->begin(), units->end(), "") != units->end()) return;
  const std::string found = product(factors), expected = product(target);
  const std::optional<double> ratio = converted({1, found}, expected);
  if (ratio && std::fabs(*ratio - 1) < 1e-12) return;
  mismatch(
      table.status(), table.where() + ": unit of " + what, in_quotes(expected),
      in_quotes(found) + (ratio ? ", which is " + json(*ratio).dump() + " times as much" : ""));
}

}  // namespace hyb
