// SPDX-License-Identifier: BSD-3-Clause
// Operators that make outputs obey physics exactly, declared in the card or the configuration.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "values.hpp"

namespace hyb {

class Constraint {
 public:
  virtual ~Constraint() = default;

  const std::string &name() const { return name_; }

  // Changes the outputs of columns that are not rejected. A column in which it cannot be met keeps
  // its outputs and is marked in `unmet`. Any number of threads at once.
  virtual void apply(BlockValues &values, std::vector<uint8_t> &unmet) const = 0;

 protected:
  explicit Constraint(std::string name) : name_(std::move(name)) {}

 private:
  std::string name_;
};

// From a list of objects, of a card or of the configuration; asks `fields` for what it reads.
// `where` and `status` are those of messages.
std::vector<std::unique_ptr<Constraint>> make_constraints(const nlohmann::json &list,
                                                          ValueFields &fields,
                                                          const std::string &where,
                                                          int32_t status);

}  // namespace hyb
