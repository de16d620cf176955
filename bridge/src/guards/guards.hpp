// SPDX-License-Identifier: BSD-3-Clause
// The guards of a scheme, made from configuration and card.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "card.hpp"
#include "config.hpp"
#include "grid.hpp"
#include "guards/matrix_guards.hpp"

namespace hyb {

class Guards {
 public:
  // `flips`: the host counts levels from the other end than the card.
  Guards(const GuardsConfig &config, const Card &card, const std::string &scheme, bool flips);

  MatrixGuards inputs, outputs;

  // "guard 'range': 3 columns, the first ...", in physical values; `first` is the block's first
  // column.
  std::string told(const MatrixGuards &side, const Objection &objection, const Grid &grid,
                   int64_t first) const;

  // Whether some guard has that policy.
  bool has(Policy policy) const;

  // In how many columns each guard objected: counters of both sides, of this process or of several,
  // in words.
  nlohmann::json told(const std::vector<double> &of_inputs,
                      const std::vector<double> &of_outputs) const;
  void state(State &state);

 private:
  // A row of a matrix in the host's words.
  struct Place {
    const CardField *field;
    int64_t species, level;  // the host's, from 1; 0: it has none
  };
  Place place(const MatrixGuards &side, size_t row, int64_t level) const;
  void add(const GuardsConfig &config, const std::string &scheme);
  void add_tendency(const TendencyConfig &config);
  void tell(const MatrixGuards &side, const std::vector<double> &counters,
            nlohmann::json &list) const;

  const Card &card_;
  bool flips_;
};

}  // namespace hyb
