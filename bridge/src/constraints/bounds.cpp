// SPDX-License-Identifier: BSD-3-Clause
#include "constraints/bounds.hpp"

#include "error.hpp"
#include "text.hpp"

namespace hyb {
namespace {

void read_limits(JsonTable &table, Bounds &bounds) {
  if (table.find("minimum")) bounds.least = table.number("minimum", 0);
  if (table.find("maximum")) bounds.most = table.number("maximum", 0);
  if (!bounds.least && !bounds.most)
    mismatch(table.status(), table.where(), "a 'minimum', a 'maximum' or both", "neither");
  if (bounds.least && bounds.most && *bounds.least > *bounds.most)
    mismatch(table.status(), table.where("minimum"), "not above the maximum",
             table.find("minimum")->dump() + " above " + table.find("maximum")->dump());
}

void read_state(ConstraintReader &reader, Bounds &bounds) {
  if (!reader.table.find("state")) return;
  bounds.state_name = reader.table.text("state");
  bounds.state = reader.fields.input(bounds.state_name);
  check_unit(reader.table, "the change in a time step",
             {reader.fields.outputs[bounds.output].unit, "s"},
             {reader.fields.inputs[*bounds.state].unit});
}

}  // namespace

Bounds read_bounds(ConstraintReader &reader) {
  Bounds bounds;
  JsonTable &table = reader.table;
  bounds.output_name = table.text("output");
  bounds.output = read_output(reader, "output");
  bounds.name = table.find("name") ? table.text("name") : "bounds of " + bounds.output_name;
  bounds.rows = read_rows(reader);
  bounds.rows.check(reader.fields.outputs[bounds.output]);
  read_limits(table, bounds);
  read_state(reader, bounds);
  return bounds;
}

}  // namespace hyb
