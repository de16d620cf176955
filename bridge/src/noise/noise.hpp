// SPDX-License-Identifier: BSD-3-Clause
// The noise of a stochastic emulator: inputs that the library draws.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "card.hpp"
#include "clock.hpp"
#include "grid.hpp"
#include "noise/correlated.hpp"
#include "noise/drawing.hpp"
#include "pack.hpp"
#include "state.hpp"

namespace hyb {

class Noise {
 public:
  // Of a domain with this grid, which outlives it; draws nothing yet.
  explicit Noise(const Grid &grid) : grid_(grid) {}

  // Draws all inputs of the card whose role is noise. The card outlives it.
  void add(const Card &card, int64_t seed);

  // One of them, in the order of the card.
  struct Input {
    const CardField *field;
    NumberSource source;
    std::unique_ptr<CorrelatedNoise> correlated;  // null: each step has new numbers
  };
  const std::vector<Input> &inputs() const { return inputs_; }
  bool draws(const CardField &field) const;
  std::vector<std::string> names() const;

  // The numbers of the columns first .. first+ncol-1 in a step, into its rows; levels as in the
  // card. From any number of threads.
  void fill(const Input &input, int64_t step, int64_t first, int64_t ncol, const Rows &rows) const;

  void step(const Clock &clock);
  void state(State &state);

 private:
  void copy(const Input &input, int64_t first, int64_t ncol, const Rows &rows) const;

  const Grid &grid_;
  std::vector<Input> inputs_;
};

}  // namespace hyb
