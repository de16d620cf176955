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
  void count(KernelCount &count) const override { kernels_.count(count); }

  static int64_t scratch_rows(const Recurrence &op);

 private:
  void join_weights();
  void add_biases();
  void start(const Frame &frame, size_t initial, const Place &place) const;
  void multiply(const Frame &frame, int64_t level) const;

  const Recurrence op_;
  const int64_t sums_;  // gates that are sums of an input's and a state's part
  const Place x_, y_;
  const std::vector<Place> initial_;
  const Place joined_, state_, gates_, other_;
  KernelSet<Real> kernels_;
  size_t sum_kernel_, input_kernel_ = 0, state_kernel_ = 0;
  std::vector<Real> weight_, bias_, state_bias_;
};

}  // namespace hybrid_builtin
