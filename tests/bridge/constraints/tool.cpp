// SPDX-License-Identifier: BSD-3-Clause
// Constraints by themselves, for whoever computes the same otherwise: fields and constraints as
// JSON on standard input, outputs and what is known of them on standard output.
#include <iostream>

#include "columns.hpp"

static std::vector<Field> fields(const json &table) {
  std::vector<Field> all;
  for (const auto &[name, field] : table.items())
    all.push_back({name, field["unit"], field["nlevel"], field["nspecies"]});
  return all;
}

static void fill(hyb::FieldValues &field, const json &values) {
  for (size_t i = 0; i < values.size(); ++i) field.data[i] = values[i];
}

static json contents(const hyb::FieldValues &field) {
  return std::vector<double>(field.data, field.data + field.nrow() * field.ncol);
}

int main() {
  const json problem = json::parse(std::cin);
  Columns columns(fields(problem["inputs"]), fields(problem["outputs"]), problem["ncol"]);
  columns.declare_units();
  columns.values.bottom_up = problem["bottom_up"];
  hyb::Constraints constraints(sources(problem["constraints"], problem["flipped"]), columns.fields);
  columns.put_inputs();
  for (const auto &[name, field] : problem["inputs"].items())
    fill(columns.input(name), field["values"]);
  for (const auto &[name, field] : problem["outputs"].items())
    fill(columns.output(name), field["values"]);
  hyb::ConstraintWork work;
  constraints.apply(columns.values, work);
  json result = {{"unmet", work.unmet}, {"imbalance", work.imbalance}};
  for (const auto &[name, field] : problem["outputs"].items())
    result["outputs"][name] = contents(columns.output(name));
  std::cout << result.dump();
}
