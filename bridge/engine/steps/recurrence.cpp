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

// Gates; behind them the GRU's new gate of the state, the state before the first level, and the
// LSTM's cell.
template <class Real>
int64_t RecurrenceStep<Real>::scratch_rows(const Recurrence &op) {
  return (gates_of(op) + 3) * op.hidden;
}

// The gates of the GRU that are sums of input and state are made by accumulation; its new gate
// needs the two apart (torch.nn.GRU). All gates of the LSTM are sums.
template <class Real>
RecurrenceStep<Real>::RecurrenceStep(const Recurrence &op, const Place &x,
                                     std::vector<Place> initial, const Place &y,
                                     const Place &scratch, int64_t tile)
    : op_(op), x_(x), y_(y), initial_(std::move(initial)), gates_(scratch),
      state_gates_(after(scratch, gates_of(op) * op.hidden, sizeof(Real))),
      zeros_(after(state_gates_, op.hidden, sizeof(Real))),
      cell_(after(zeros_, op.hidden, sizeof(Real))) {
  const int64_t h = op.hidden, gates = gates_of(op), sums = op.lstm ? 4 : 2;
  input_kernel_ = kernels_.add({gates * h, op.features, op.features, false});
  gate_kernel_ = kernels_.add({sums * h, h, h, true});
  if (!op.lstm) fresh_kernel_ = kernels_.add({h, h, h, false});
  kernels_.make(tile);
  bias_.resize(static_cast<size_t>(gates * h));
  state_bias_.resize(static_cast<size_t>(h));
  if (!op.input_bias) return;
  const Real *input = op.input_bias->as<Real>(), *state = op.state_bias->as<Real>();
  std::transform(input, input + sums * h, state, bias_.begin(), std::plus<Real>());
  std::copy(input + sums * h, input + gates * h, bias_.begin() + sums * h);
  if (!op.lstm) std::copy(state + sums * h, state + gates * h, state_bias_.begin());
}

template <class Real>
void RecurrenceStep<Real>::fill(const Frame &frame, size_t initial, Real *rows) const {
  const int64_t count = op_.hidden * frame.columns;
  if (initial < initial_.size())
    std::copy_n(frame.at<Real>(initial_[initial]), count, rows);
  else
    std::fill_n(rows, count, Real{0});
}

// The state before the first level.
template <class Real>
const Real *RecurrenceStep<Real>::start(const Frame &frame) const {
  Real *state = frame.at<Real>(zeros_);
  fill(frame, 0, state);
  if (op_.lstm) fill(frame, 1, frame.at<Real>(cell_));
  return state;
}

template <class Real>
void RecurrenceStep<Real>::multiply(const Frame &frame, int64_t level, const Real *state) const {
  const int64_t h = op_.hidden;
  Real *gates = frame.at<Real>(gates_);
  kernels_.run(frame, input_kernel_, frame.at<Real>(x_, level * op_.features),
               op_.input_weight->as<Real>(), gates);
  kernels_.run(frame, gate_kernel_, state, op_.state_weight->as<Real>(), gates);
  if (!op_.lstm)
    kernels_.run(frame, fresh_kernel_, state, op_.state_weight->as<Real>() + 2 * h * h,
                 frame.at<Real>(state_gates_));
}

template <class Real>
void RecurrenceStep<Real>::run(const Frame &frame) const {
  const Real *state = start(frame);
  const auto step = op_.lstm ? kernels<Real>().lstm : kernels<Real>().gru;
  for (int64_t i = 0; i < op_.length; ++i) {
    const int64_t level = op_.reverse ? op_.length - 1 - i : i;
    multiply(frame, level, state);
    Real *next = frame.at<Real>(y_, level * op_.hidden);
    step({op_.hidden, frame.columns, frame.at<Real>(gates_), frame.at<Real>(state_gates_),
          bias_.data(), state_bias_.data(), state, frame.at<Real>(cell_), next});
    state = next;
  }
}

template class RecurrenceStep<float>;
template class RecurrenceStep<double>;

}  // namespace hybrid_builtin
