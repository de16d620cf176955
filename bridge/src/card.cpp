// SPDX-License-Identifier: BSD-3-Clause
#include "card.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "constraints/constraint.hpp"
#include "error.hpp"
#include "json_table.hpp"
#include "text.hpp"

namespace hyb {
namespace {

using nlohmann::json;

std::string axes_of(JsonTable &table) {
  std::string dims;
  for (const json &axis : table.list("dims")) {
    if (!axis.is_string()) table.wrong("dims", "a list of axes", axis);
    dims += (dims.empty() ? "" : " ") + axis.get<std::string>();
  }
  return dims;
}

void read_dims(JsonTable &table, CardField &field) {
  const std::string dims = axes_of(table);
  const std::vector<std::string> known = {"", "column", "column level", "column species",
                                          "column level species"};
  if (std::find(known.begin(), known.end(), dims) == known.end())
    mismatch(HYB_ERROR_CARD, table.where("dims"), "one of " + listed(known), in_quotes(dims));
  field.has_column = !dims.empty();
  field.has_level = dims.find("level") != std::string::npos;
  field.has_species = dims.find("species") != std::string::npos;
}

// A number that is finite, and a divisor that is not 0, where a host has real32 too.
bool usable(const json &value, bool divides) {
  if (!value.is_number()) return false;
  const double size = std::fabs(value.get<double>());
  return size <= std::numeric_limits<float>::max() &&
         (!divides || size >= std::numeric_limits<float>::min());
}

// One number for all rows of the field, or one for each.
std::vector<double> read_by_row(JsonTable &table, const char *key, int64_t count,
                                bool divides = false) {
  const std::string one =
      divides ? "a number within real32 that is not 0" : "a number within real32";
  const json &value = table.need(key, one.c_str());
  const json list = value.is_array() ? value : json::array({value});
  for (const json &number : list)
    if (!usable(number, divides)) table.wrong(key, one.c_str(), number);
  const int64_t found = static_cast<int64_t>(list.size());
  if (found != 1 && found != count)
    mismatch(HYB_ERROR_CARD, table.where(key),
             "1 number or " + std::to_string(count) + ", one per row of the field",
             std::to_string(found));
  if (found == count) return list.get<std::vector<double>>();
  return std::vector<double>(static_cast<size_t>(count), list[0].get<double>());
}

Normalisation read_normalisation(const json &object, const std::string &where,
                                 const CardField &field) {
  if (field.kind != "real")
    mismatch(HYB_ERROR_CARD, where, "none, as the field's kind is " + in_quotes(field.kind),
             shown(object));
  JsonTable table(object, where);
  Normalisation normalisation;
  normalisation.offset = read_by_row(table, "offset", field.count);
  normalisation.scale = read_by_row(table, "scale", field.count, true);
  table.finish();
  return normalisation;
}

// { "min": …, "max": … }, either of which may be absent.
Limits read_limits(const json &object, const std::string &where, const CardField &field) {
  JsonTable table(object, where);
  constexpr double infinite = std::numeric_limits<double>::infinity();
  const size_t n = static_cast<size_t>(field.count);
  Limits limits{std::vector<double>(n, -infinite), std::vector<double>(n, infinite)};
  if (table.find("min")) limits.lower = read_by_row(table, "min", field.count);
  if (table.find("max")) limits.upper = read_by_row(table, "max", field.count);
  if (!table.find("min") && !table.find("max"))
    mismatch(HYB_ERROR_CARD, where, "'min' or 'max'", "neither");
  const double quantile = table.number("quantile", 1);
  if (!(quantile > 0.5 && quantile <= 1))
    mismatch(HYB_ERROR_CARD, table.where("quantile"), "above 0.5 and up to 1",
             std::to_string(quantile));
  table.finish();
  for (size_t i = 0; i < n; ++i)
    if (limits.lower[i] > limits.upper[i])
      mismatch(HYB_ERROR_CARD, where + ": value " + std::to_string(i + 1), "min up to max",
               std::to_string(limits.lower[i]) + " and " + std::to_string(limits.upper[i]));
  return limits;
}

// By name of the field: of the input and, under the key "output", of the output of that name; of
// the output itself where there is no such input.
void read_range(json limits, const std::string &where, CardField *input, CardField *output) {
  if (!input && !output) mismatch(HYB_ERROR_CARD, where, "a field of the card", "none of that name");
  if (input && output && limits.contains("output")) {
    output->training_range = read_limits(limits["output"], where + ".output", *output);
    limits.erase("output");
  }
  CardField &field = input ? *input : *output;
  field.training_range = read_limits(limits, where, field);
}

void read_training_range(JsonTable &table, Card &card) {
  const json *ranges = table.find("training_range");
  if (!ranges) return;
  table.carry_object("training_range");
  for (const auto &[name, limits] : ranges->items())
    read_range(limits, table.where("training_range") + ": " + in_quotes(name),
               const_cast<CardField *>(card.input(name)),
               const_cast<CardField *>(card.output(name)));
}

// Those of all fields one after the other; empty if none has any.
Normalisation joined(const std::vector<CardField> &fields) {
  Normalisation all;
  for (const CardField &field : fields)
    for (int64_t i = 0; i < field.count; ++i) {
      const size_t row = static_cast<size_t>(i);
      const bool none = field.normalisation.empty();
      all.offset.push_back(none ? 0 : field.normalisation.offset[row]);
      all.scale.push_back(none ? 1 : field.normalisation.scale[row]);
    }
  const bool any = std::any_of(fields.begin(), fields.end(),
                               [](const CardField &field) { return !field.normalisation.empty(); });
  return any ? all : Normalisation();
}

// A box emulator takes any number of levels and need not name one: 0.
int64_t read_levels(JsonTable &table, bool box, const CardField &field) {
  if (!field.has_level) return 1;
  return box && !table.find("levels") ? 0 : table.count("levels");
}

// The rows of the network's matrix that a field takes, from row `offset` on.
void read_extents(JsonTable &table, bool box, int64_t offset, CardField &field) {
  read_dims(table, field);
  field.nlevel = read_levels(table, box, field);
  field.nspecies = field.has_species ? table.count("species") : 1;
  field.offset = offset;
  field.count = (box ? 1 : field.nlevel) * field.nspecies;
  if (offset + field.count > most_rows)
    mismatch(HYB_ERROR_CARD, table.where() + ": values of all fields up to this one",
             "at most " + std::to_string(most_rows), std::to_string(offset + field.count));
}

void check_kind(const JsonTable &table, const CardField &field) {
  if ((field.role == HYB_FLAG) == (field.kind == "real"))
    mismatch(HYB_ERROR_CARD, table.where() + ": kind of role " + in_quotes(role_name(field.role)),
             field.role == HYB_FLAG ? "'integer' or 'logical'" : "'real'", in_quotes(field.kind));
}

void check_noise(const JsonTable &table, const CardField &field) {
  const auto require = [&](bool fits, const char *key, const char *expected,
                           const std::string &found) {
    if (!fits) mismatch(HYB_ERROR_CARD, table.where(key) + " of role 'noise'", expected, found);
  };
  require(field.unit == "1", "unit", "'1'", in_quotes(field.unit));
  require(field.has_column, "dims", "an axis 'column'", "none");
  require(field.normalisation.empty(), "normalisation", "none", "one");
}

// A process has a state for each row of the domain's columns.
CardNoise read_noise(JsonTable &table, const CardField &field) {
  CardNoise noise;
  const bool uniform = table.word("distribution", {"normal", "uniform"}, "normal") == "uniform";
  noise.distribution = uniform ? Distribution::uniform : Distribution::normal;
  noise.correlation_time = table.positive("correlation_time");
  if (noise.correlation_time > 0 && uniform)
    mismatch(HYB_ERROR_CARD, table.where("distribution") + " with a correlation_time", "'normal'",
             "'uniform'");
  if (noise.correlation_time > 0 && field.nlevel == 0)
    mismatch(HYB_ERROR_CARD, table.where("levels") + " with a correlation_time",
             "a positive integer", "nothing");
  return noise;
}

CardField read_field(const json &object, const std::string &where, bool box, int64_t offset) {
  JsonTable table(object, where);
  CardField field;
  field.name = table.text("name");
  field.unit = table.text("unit");
  field.role = role_of(table.word("role", role_names(), nullptr));
  field.kind = table.word("kind", {"real", "integer", "logical"}, nullptr);
  read_extents(table, box, offset, field);
  if (const json *normalisation = table.find("normalisation"))
    field.normalisation = read_normalisation(*normalisation, table.where("normalisation"), field);
  if (field.role == HYB_NOISE) field.noise = read_noise(table, field);
  if (const json *range = table.find("valid_range"))
    field.valid_range = read_limits(*range, table.where("valid_range"), field);
  table.finish();
  check_kind(table, field);
  if (field.noise) check_noise(table, field);
  return field;
}

std::vector<CardField> read_fields(JsonTable &table, const char *key, bool box, int64_t &rows) {
  std::vector<CardField> fields;
  std::set<std::string> names;
  rows = 0;
  for (const json &object : table.list(key)) {
    const std::string where = table.where(key) + "[" + std::to_string(fields.size()) + "]";
    const CardField field = read_field(object, where, box, rows);
    if (!names.insert(field.name).second)
      mismatch(HYB_ERROR_CARD, where + ": name", "each name once",
               in_quotes(field.name) + " twice");
    rows += field.count;
    fields.push_back(field);
  }
  if (fields.empty()) mismatch(HYB_ERROR_CARD, table.where(key), "a field", "none");
  return fields;
}

void check_output(const Card &card, const CardField &output, const std::string &source) {
  if (output.role == HYB_NOISE)
    mismatch(HYB_ERROR_CARD, source + ": role of output " + in_quotes(output.name),
             "another than 'noise'", "'noise'");
  const CardField *input = card.input(output.name);
  if (input && input->role != output.role)
    mismatch(HYB_ERROR_CARD, source + ": role of " + in_quotes(output.name) + " as output",
             in_quotes(role_name(input->role)) + " as in inputs",
             in_quotes(role_name(output.role)));
  const std::string dims = source + ": dims of output " + in_quotes(output.name);
  if (!output.has_column) mismatch(HYB_ERROR_CARD, dims, "an axis 'column'", "none");
  if (card.box && !output.has_level)
    mismatch(HYB_ERROR_CARD, dims, "an axis 'level', as a sample is a box", "none");
}

const CardField *found(const std::vector<CardField> &fields, const std::string &name) {
  for (const CardField &field : fields)
    if (field.name == name) return &field;
  return nullptr;
}

json parsed(const std::string &text, const std::string &source) {
  try {
    return json::parse(text);
  } catch (const json::exception &error) {
    mismatch(HYB_ERROR_CARD, source + ": card", "JSON", error.what());
  }
}

// Whether a key with two words has the second one.
bool second(JsonTable &table, const char *key, const std::vector<std::string> &words,
            const char *otherwise) {
  return table.word(key, words, otherwise) == words[1];
}

void read_head(JsonTable &table, Card &card) {
  table.word("format", {"pyhybrid card"}, nullptr);
  if (table.count("version") != 1) table.wrong("version", "1", *table.find("version"));
  card.name = table.text("name");
  card.box = second(table, "sample", {"column", "box"}, nullptr);
  card.kind = second(table, "kind", {"real32", "real64"}, nullptr) ? HYB_REAL64 : HYB_REAL32;
  card.packed = !second(table, "arguments", {"packed", "fields"}, "packed");
  const bool upwards = second(table, "orientation", {"top_down", "bottom_up"}, "top_down");
  card.orientation = upwards ? HYB_BOTTOM_UP : HYB_TOP_DOWN;
}

void read_all_fields(JsonTable &table, Card &card) {
  card.inputs = read_fields(table, "inputs", card.box, card.nfeature);
  card.outputs = read_fields(table, "outputs", card.box, card.noutput);
  card.normalised_inputs = joined(card.inputs);
  card.normalised_outputs = joined(card.outputs);
}

// They are made once here, so that what is wrong with them shows when the file is opened.
void read_constraints(JsonTable &table, Card &card) {
  if (!table.find("constraints")) return;
  card.constraints = table.list("constraints");
  std::vector<ConstraintSource> sources;
  for (const json &object : card.constraints) {
    const std::string place = "[" + std::to_string(sources.size()) + "]";
    sources.push_back({object, table.where("constraints") + place, table.status()});
  }
  ValueFields fields;
  for (const CardField &output : card.outputs)
    fields.outputs.push_back({output.name, output.unit, output.role == HYB_FLAG});
  for (const CardField &input : card.inputs) fields.known.push_back({input.name, input.unit});
  Constraints(sources, fields);
}

}  // namespace

const CardField *Card::input(const std::string &wanted) const { return found(inputs, wanted); }
const CardField *Card::output(const std::string &wanted) const { return found(outputs, wanted); }

Card parse_card(const std::string &text, const std::string &source) {
  const json object = parsed(text, source);
  JsonTable table(object, source + ": card");
  Card card;
  card.json = text;
  read_head(table, card);
  read_all_fields(table, card);
  card.tolerance = table.positive("tolerance");
  read_training_range(table, card);
  read_constraints(table, card);
  for (const char *key : {"provenance", "scores"}) table.carry_object(key);
  table.finish();
  for (const CardField &output : card.outputs) check_output(card, output, table.where());
  return card;
}

}  // namespace hyb
