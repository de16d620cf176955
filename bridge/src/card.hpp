// SPDX-License-Identifier: BSD-3-Clause
// The contract inside an emulator file. docs/card.md describes its form.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "axes.hpp"

namespace hyb {

struct CardField : FieldShape {
  std::string name, unit;
  int32_t role = 0;
  std::string kind;               // "real", "integer", "logical"
  int64_t offset = 0, count = 0;  // rows of the network's matrix
};

struct Card {
  std::string json, name;
  bool box;     // a sample is one column and level
  int32_t kind;    // of the network
  bool packed;
  int32_t orientation;
  std::vector<CardField> inputs, outputs;
  int64_t nfeature, noutput;

  const CardField *input(const std::string &name) const;
  const CardField *output(const std::string &name) const;
};

// `source` names the emulator in messages.
Card parse_card(const std::string &json, const std::string &source);

}  // namespace hyb
