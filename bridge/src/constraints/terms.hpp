// SPDX-License-Identifier: BSD-3-Clause
// What constraints say of fields: which rows of one, times what.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "json_table.hpp"
#include "values.hpp"

namespace hyb {

// Places 0 .. of a field's levels or species, `end` not included.
struct Range {
  int64_t begin, end;
  int64_t size() const { return end - begin; }
  bool covers(const Range &other) const { return begin <= other.begin && other.end <= end; }
};

// Which levels and species of a field. Numbers count from 1.
struct RowChoice {
  enum class Levels { all, top, bottom, some };
  Levels levels = Levels::all;
  int64_t first_level = 1, last_level = 1, species = 0;  // species 0: all
  bool flipped = false;  // levels are counted from the host's last one on
  std::string where;     // in messages
  int32_t status = 0;

  // Fails with HYB_ERROR_SHAPE where the field has no such level or species.
  Range levels_of(const FieldValues &field, bool bottom_up) const;
  Range species_of(const FieldValues &field) const;

  // Whether both can mean the same row of one field.
  // Fails likewise for an output whose shape the card says.
  void check(const ValueField &output) const;

  bool may_meet(const RowChoice &other) const;
};

// What multiplies a field level by level: another one, or the differences of one at half levels.
struct Measure {
  std::optional<size_t> input;  // none: 1
  bool thickness = false;
  std::string unit, name;

  bool operator==(const Measure &other) const {
    return input == other.input && thickness == other.thickness;
  }
};

struct Factor {
  double value = 1;
  std::optional<std::string> unit;  // none: whatever makes the units fit
};

// factor * measure * rows of a field.
struct Term {
  bool is_output = true;
  size_t field = 0;  // its place in ValueFields
  std::string name, unit;
  RowChoice rows;
  Factor factor;
  Measure measure;

  // Of outputs: how much of the imbalance it takes, and the shape of its changes over levels.
  bool says_how = false;  // whether weight or profile was given
  double weight = 1;
  enum class Profile { flat, input, itself } profile = Profile::flat;
  size_t profile_input = 0;
};

// What readers of a constraint have at hand.
struct ConstraintReader {
  JsonTable &table;
  ValueFields &fields;
  bool flipped;
};

// The place of the output that a key names; a flag is refused.
size_t read_output(ConstraintReader &reader, const char *key);
RowChoice read_rows(ConstraintReader &reader);
Factor read_factor(ConstraintReader &reader);
Measure read_measure(ConstraintReader &reader);
Term read_term(const nlohmann::json &object, const std::string &where, ConstraintReader &parent);

// Fails unless the units of the factors make those of `target`; says nothing where one is not
// known.
void check_unit(const JsonTable &table, const std::string &what,
                const std::vector<std::string> &factors, const std::vector<std::string> &target);

}  // namespace hyb
