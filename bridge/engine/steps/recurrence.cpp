// SPDX-License-Identifier: BSD-3-Clause
#include "recurrence.hpp"

#include <algorithm>

namespace hybrid_builtin {
namespace {

int64_t gates_of(const Recurrence &op) { return op.lstm ? 4 : 3; }

Place after(const Place &place, int64_t rows, size_t size) {
  return {place.base, place.offset + rows * static_cast<int64_t>(size)};
}

}  // namespace

// Input and state of a level together; gates; the GRU's new gate of the state or the LSTM's cell.
template <class Real>
int64_t RecurrenceStep<Real>::scratch_rows(const Recurrence &op) {
  return op.features + op.hidden + gates_of(op) * op.hidden + op.hidden;
}

// Gates that are sums of an input's and a state's part are one product with both together; the
// GRU's new gate needs the two parts (torch.nn.GRU).
template <class Real>
RecurrenceStep<Real>::RecurrenceStep(const Recurrence &op, const Place &x,
                                     std::vector<Place> initial, const Place &y,
                                     const Place &scratch, int64_t tile)
    : op_(op), sums_(op.lstm ? 4 : 2), x_(x), y_(y), initial_(std::move(initial)), joined_(scratch),
      state_(after(joined_, op.features, sizeof(Real))),
      gates_(after(state_, op.hidden, sizeof(Real))),
      other_(after(gates_, gates_of(op) * op.hidden, sizeof(Real))) {
  const int64_t h = op.hidden, joined = op.features + h;
  sum_kernel_ = kernels_.add({sums_ * h, joined, joined, false});
  if (!op.lstm) input_kernel_ = kernels_.add({h, op.features, op.features, false});
  if (!op.lstm) state_kernel_ = kernels_.add({h, h, h, false});
  kernels_.make(tile);
  join_weights();
  add_biases();
}

template <class Real>
void RecurrenceStep<Real>::join_weights() {
  const Real *input = op_.input_weight->as<Real>(), *state = op_.state_weight->as<Real>();
  for (int64_t row = 0; row < sums_ * op_.hidden; ++row) {
    weight_.insert(weight_.end(), input, input + op_.features);
    weight_.insert(weight_.end(), state, state + op_.hidden);
    input += op_.features;
    state += op_.hidden;
  }
}

template <class Real>
void RecurrenceStep<Real>::add_biases() {
  const int64_t h = op_.hidden, gates = gates_of(op_);
  bias_.resize(static_cast<size_t>(gates * h));
  state_bias_.resize(static_cast<size_t>(h));
  if (!op_.input_bias) return;
  const Real *input = op_.input_bias->as<Real>(), *state = op_.state_bias->as<Real>();
  std::transform(input, input + sums_ * h, state, bias_.begin(), std::plus<Real>());
  std::copy(input + sums_ * h, input + gates * h, bias_.begin() + sums_ * h);
  if (!op_.lstm) std::copy(state + sums_ * h, state + gates * h, state_bias_.begin());
}

template <class Real>
void RecurrenceStep<Real>::start(const Frame &frame, size_t initial, const Place &place) const {
  const int64_t count = op_.hidden * frame.columns;
  Real *rows = frame.at<Real>(place);
  if (initial < initial_.size())
    std::copy_n(frame.at<Real>(initial_[initial]), count, rows);
  else
    std::fill_n(rows, count, Real{0});
}

template <class Real>
void RecurrenceStep<Real>::multiply(const Frame &frame, int64_t level) const {
  const int64_t h = op_.hidden;
  Real *gates = frame.at<Real>(gates_), *joined = frame.at<Real>(joined_);
  std::copy_n(frame.at<Real>(x_, level * op_.features), op_.features * frame.columns, joined);
  kernels_.run(frame, sum_kernel_, joined, weight_.data(), gates);
  if (op_.lstm) return;
  kernels_.run(frame, input_kernel_, joined, op_.input_weight->as<Real>() + 2 * h * op_.features,
               gates + 2 * h * frame.columns);
  kernels_.run(frame, state_kernel_, frame.at<Real>(state_),
               op_.state_weight->as<Real>() + 2 * h * h, frame.at<Real>(other_));
}

template <class Real>
void RecurrenceStep<Real>::run(const Frame &frame) const {
  start(frame, 0, state_);
  if (op_.lstm) start(frame, 1, other_);
  const auto step = op_.lstm ? kernels<Real>().lstm : kernels<Real>().gru;
  for (int64_t i = 0; i < op_.length; ++i) {
    const int64_t level = op_.reverse ? op_.length - 1 - i : i;
    multiply(frame, level);
    step({op_.hidden, frame.columns, frame.at<Real>(gates_), frame.at<Real>(other_), bias_.data(),
          state_bias_.data(), frame.at<Real>(state_), frame.at<Real>(y_, level * op_.hidden)});
  }
}

template class RecurrenceStep<float>;
template class RecurrenceStep<double>;

}  // namespace hybrid_builtin
