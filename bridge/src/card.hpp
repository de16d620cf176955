// SPDX-License-Identifier: BSD-3-Clause
// The contract inside an emulator file. docs/card.md describes its form.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "axes.hpp"
#include "noise/numbers.hpp"
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

// What an input of role noise is drawn from.
struct CardNoise {
  Distribution distribution = Distribution::normal;
  double correlation_time = 0;  // [s]; 0: each step has new numbers
};

// Values that a field may have, physical, by row of the field; empty: any.
struct Limits {
  std::vector<double> lower, upper;
};

struct CardField : FieldShape {
  std::string name, unit;
  int32_t role = 0;
  std::string kind;               // "real", "integer", "logical"
  int64_t offset = 0, count = 0;  // rows of the network's matrix
  Normalisation normalisation;    // of these rows
  std::optional<CardNoise> noise;  // of an input that is drawn
  Limits valid_range, training_range;
};

struct Card {
  std::string json, name;
  bool box = false;     // a sample is one column and level
  int32_t kind = 0;     // of the network
  bool packed = true;
  int32_t orientation = 0;
  std::vector<CardField> inputs, outputs;
  int64_t nfeature = 0, noutput = 0;
  Normalisation normalised_inputs, normalised_outputs;
  nlohmann::json constraints = nlohmann::json::array();  // read by constraints/
  double tolerance = 0;  // relative deviation of the outputs that lower precision may cause

  const CardField *input(const std::string &name) const;
  const CardField *output(const std::string &name) const;
};

// `source` names the emulator in messages.
Card parse_card(const std::string &json, const std::string &source);

}  // namespace hyb
