// SPDX-License-Identifier: BSD-3-Clause
// GRU and LSTM along an axis.
#pragma once

#include <vector>

#include "../graph.hpp"
#include "products.hpp"
#include "step.hpp"

namespace hybrid_builtin {

template <class Real>
class RecurrenceStep : public Step {
 public:
  // `initial` are the places of op.initial; `scratch` has scratch_rows(op) rows.
  RecurrenceStep(const Recurrence &op, const Place &x, std::vector<Place> initial, const Place &y,
                 const Place &scratch, int64_t tile);
  void run(const Frame &frame) const override;

  static int64_t scratch_rows(const Recurrence &op);

 private:
  const Real *start(const Frame &frame) const;
  void fill(const Frame &frame, size_t initial, Real *rows) const;
  void multiply(const Frame &frame, int64_t level, const Real *state) const;

  const Recurrence op_;
  const Place x_, y_;
  const std::vector<Place> initial_;
  Place gates_, state_gates_, zeros_, cell_;
  KernelSet<Real> kernels_;
  size_t input_kernel_, gate_kernel_, fresh_kernel_ = 0;
  std::vector<Real> bias_, state_bias_;
};

}  // namespace hybrid_builtin
