// SPDX-License-Identifier: BSD-3-Clause
// The contract inside an emulator file. docs/card.md describes its form.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "axes.hpp"
#include "pack.hpp"

namespace hyb {

// By row of the network's matrix: network = (physical - offset) / scale. Empty: none.
struct Normalisation {
  std::vector<double> offset, scale;

  bool empty() const { return scale.empty(); }
  Scaling from(int64_t row) const {
    return empty() ? Scaling{} : Scaling{offset.data() + row, scale.data() + row};
  }
};

struct CardField : FieldShape {
  std::string name, unit;
  int32_t role = 0;
  std::string kind;               // "real", "integer", "logical"
  int64_t offset = 0, count = 0;  // rows of the network's matrix
  Normalisation normalisation;    // of these rows
};

struct Card {
  std::string json, name;
  bool box;     // a sample is one column and level
  int32_t kind;    // of the network
  bool packed;
  int32_t orientation;
  std::vector<CardField> inputs, outputs;
  int64_t nfeature, noutput;
  Normalisation normalised_inputs, normalised_outputs;
  nlohmann::json constraints;  // a list, for whoever makes them (constraints/constraint.hpp)
  double tolerance;  // relative deviation of the outputs that lower precision may cause

  const CardField *input(const std::string &name) const;
  const CardField *output(const std::string &name) const;
};

// `source` names the emulator in messages.
Card parse_card(const std::string &json, const std::string &source);

}  // namespace hyb
