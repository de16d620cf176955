// SPDX-License-Identifier: BSD-3-Clause
// Columns of air with made-up outputs of a network, and what tests of constraints ask of them.
#pragma once

#include <cmath>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "check.h"
#include "constraints/constraint.hpp"
#include "error.hpp"
#include "hybrid.h"

using nlohmann::json;

struct Field {
  std::string name, unit;
  int64_t nlevel = 1, nspecies = 1;
};

// Fields of one block; each owns its values.
class Columns {
 public:
  Columns(std::vector<Field> inputs, std::vector<Field> outputs, int64_t ncol)
      : inputs_(std::move(inputs)), outputs_(std::move(outputs)) {
    values.ncol = ncol;
    values.rejected.assign(static_cast<size_t>(ncol), 0);
    values.clock = &clock;
    clock.dt = 600;
    for (const Field &field : outputs_) fields.outputs.push_back({field.name, field.unit});
    for (const Field &field : outputs_) values.outputs.push_back(made(field));
  }
  Columns(const Columns &) = delete;

  // Units that the host declared are there before the constraints are made.
  void declare_units() {
    for (const Field &field : inputs_) fields.inputs[fields.input(field.name)].unit = field.unit;
  }

  // After the constraints were made: the inputs that they ask for.
  void put_inputs() {
    for (const hyb::ValueField &wanted : fields.inputs) {
      hyb::FieldValues field;
      for (const Field &one : inputs_)
        if (one.name == wanted.name) field = made(one);
      values.inputs.push_back(field);
    }
  }

  hyb::FieldValues &output(const std::string &name) {
    return values.outputs[fields.output(name, HYB_ERROR_FIELD, "test")];
  }
  hyb::FieldValues &input(const std::string &name) { return values.inputs[fields.input(name)]; }

  std::vector<double> copy() const {
    std::vector<double> all;
    for (const hyb::FieldValues &field : values.outputs)
      all.insert(all.end(), field.data, field.data + field.nrow() * field.ncol);
    return all;
  }

  // By column: what f gives for each value of it.
  void fill(hyb::FieldValues &field, const std::function<double()> &f) {
    for (int64_t i = 0; i < field.nrow() * field.ncol; ++i) field.data[i] = f();
  }

  hyb::Clock clock;
  hyb::ValueFields fields;
  hyb::BlockValues values;

 private:
  hyb::FieldValues made(const Field &field) {
    const int64_t size = field.nlevel * field.nspecies * values.ncol;
    memory_.push_back(std::make_unique<std::vector<double>>(static_cast<size_t>(size)));
    return {memory_.back()->data(), field.nlevel, field.nspecies, values.ncol};
  }

  std::vector<Field> inputs_, outputs_;
  std::vector<std::unique_ptr<std::vector<double>>> memory_;
};

inline std::vector<hyb::ConstraintSource> sources(const json &list, bool flipped = false) {
  std::vector<hyb::ConstraintSource> all;
  for (const json &object : list)
    all.push_back({object, "constraint " + std::to_string(all.size()), HYB_ERROR_CONFIG, flipped});
  return all;
}

inline double uniform(std::mt19937_64 &random, double from, double to) {
  return std::uniform_real_distribution<double>(from, to)(random);
}

inline double normal(std::mt19937_64 &random) { return std::normal_distribution<double>()(random); }

// Convection: heating, moistening and rain of one column; energy and water are closed.
namespace convection {

constexpr double cp = 1004.64, latent = 2.501e6;

inline json energy() {
  return {{"kind", "budget"},
          {"name", "energy"},
          {"unit", "W m-2"},
          {"terms",
           {{{"output", "heating"}, {"factor", "1004.64 J kg-1 K-1"}, {"measure", "mass"}},
            {{"output", "moistening"}, {"factor", "2.501e6 J kg-1"}, {"measure", "mass"}},
            {{"output", "snow"}, {"factor", "-3.34e5 J kg-1"}}}}};
}

inline json water() {
  return {{"kind", "budget"},
          {"name", "water"},
          {"unit", "kg m-2 s-1"},
          {"terms",
           {{{"output", "moistening"}, {"measure", "mass"}},
            {{"output", "rain"}},
            {{"output", "snow"}}}}};
}

inline json positive() {
  return {{"kind", "bounds"}, {"output", "moistening"}, {"state", "humidity"}, {"minimum", 0}};
}

inline std::vector<Field> inputs(int64_t nlevel) {
  return {{"mass", "kg m-2", nlevel}, {"humidity", "kg kg-1", nlevel}};
}

inline std::vector<Field> outputs(int64_t nlevel) {
  return {{"heating", "K s-1", nlevel},
          {"moistening", "kg kg-1 s-1", nlevel},
          {"rain", "kg m-2 s-1"},
          {"snow", "kg m-2 s-1"}};
}

// What an untrained network might say. Bounds are in reach.
inline void make_up(Columns &columns, std::mt19937_64 &random) {
  columns.fill(columns.input("mass"), [&] { return uniform(random, 20, 400); });
  if (columns.values.inputs.size() > 1)
    columns.fill(columns.input("humidity"), [&] { return std::exp(uniform(random, -12, -4)); });
  columns.fill(columns.output("heating"), [&] { return 1e-4 * normal(random); });
  columns.fill(columns.output("moistening"), [&] { return 3e-8 * normal(random); });
  columns.fill(columns.output("rain"), [&] { return 1e-4 * uniform(random, 0, 1); });
  columns.fill(columns.output("snow"), [&] { return 1e-5 * uniform(random, 0, 1); });
}

}  // namespace convection
