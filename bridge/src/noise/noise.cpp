// SPDX-License-Identifier: BSD-3-Clause
#include "noise/noise.hpp"

#include <algorithm>

#include "error.hpp"
#include "floating_point.hpp"
#include "text.hpp"

namespace hyb {
namespace {

std::unique_ptr<CorrelatedNoise> correlated(const CardField &field, const NumberSource &source,
                                            const Grid &grid) {
  if (field.noise->correlation_time == 0) return nullptr;
  if (!grid.known())
    mismatch(HYB_ERROR_ARGUMENT, "domain, for the correlated noise " + in_quotes(field.name),
             "the columns of this process, given when it was created", "none");
  return std::make_unique<CorrelatedNoise>(field.name, source, field.noise->correlation_time,
                                           field.rows(), grid);
}

// Numbers of consecutive columns of a row, which may go on in the next tile.
template <class T>
void write(const Rows &rows, int64_t row, int64_t column, int64_t count, const double *numbers) {
  const int64_t species = row / rows.nlevel, level = row % rows.nlevel;
  for (int64_t done = 0; done < count;) {
    const int64_t sample = rows.sample(level, column + done);
    const int64_t n = std::min(count - done, rows.tiles.end(sample) - sample);
    T *to = static_cast<T *>(rows.data) + rows.at(species, level, column + done);
    for (int64_t i = 0; i < n; ++i) to[i] = static_cast<T>(numbers[done + i]);
    done += n;
  }
}

}  // namespace

void Noise::add(const Card &card, int64_t seed) {
  for (const CardField &field : card.inputs) {
    if (!field.noise) continue;
    const NumberSource source(seed, card.name, field.name, field.noise->distribution);
    inputs_.push_back({&field, source, correlated(field, source, grid_)});
  }
}

bool Noise::draws(const CardField &field) const {
  return std::any_of(inputs_.begin(), inputs_.end(),
                     [&](const Input &input) { return input.field == &field; });
}

std::vector<std::string> Noise::names() const {
  std::vector<std::string> names;
  for (const Input &input : inputs_) names.push_back(input.field->name);
  return names;
}

void Noise::fill(const Input &input, int64_t step, int64_t first, int64_t ncol,
                 const Rows &rows) const {
  if (input.correlated) return copy(input, first, ncol, rows);
  const auto writes = rows.kind == HYB_REAL64 ? write<double> : write<float>;
  input.source.draw_rows(step, grid_, first, ncol, rows.nlevel * rows.nspecies,
                         [&](int64_t row, int64_t column, int64_t count, const double *numbers) {
                           writes(rows, row, column, count, numbers);
                         });
}

// Of the state, which has the card's number of levels.
void Noise::copy(const Input &input, int64_t first, int64_t ncol, const Rows &rows) const {
  const CardField &field = *input.field;
  if (rows.nlevel != field.nlevel)
    mismatch(HYB_ERROR_SHAPE, "correlated noise " + in_quotes(field.name) + ": levels",
             std::to_string(field.nlevel) + " (card)", std::to_string(rows.nlevel) + " (call)");
  Rows state = lone_rows(const_cast<double *>(input.correlated->values()), HYB_REAL64, field,
                         grid_.ncol());
  HostArray from = as_host(state, field, grid_.ncol());
  from.data += (first - 1) * from.sx;
  from.nx = ncol;
  Rows to = rows;
  to.flip = false;
  pack(from, to, ncol);
}

void Noise::step(const Clock &clock) {
  const FloatingPointGuard guard;
  for (const Input &input : inputs_)
    if (input.correlated) input.correlated->step(clock);
}

void Noise::state(State &state) {
  for (const Input &input : inputs_)
    if (input.correlated) input.correlated->state(state);
}

}  // namespace hyb
