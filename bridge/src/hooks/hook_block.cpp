// SPDX-License-Identifier: BSD-3-Clause
#include "hooks/hook_block.hpp"

namespace hyb {
namespace {

hyb_values shown(const FieldValues &values) {
  return {values.data, values.nlevel, values.nspecies, values.ncol};
}

void show_inputs(const std::vector<FieldValues> &all, const std::vector<size_t> &places,
                 std::vector<hyb_values> &shown_values) {
  shown_values.clear();
  for (const size_t place : places)
    shown_values.push_back(place < all.size() ? shown(all[place]) : hyb_values{nullptr, 1, 1, 0});
}

// Of a property of the grid, that of the local column `first` (from 1); null where it is unknown.
const double *from(const std::vector<double> &values, int64_t first) {
  return values.empty() ? nullptr : values.data() + first - 1;
}

}  // namespace

hyb_clock plugin_clock(const Clock &clock) {
  return {clock.step, clock.date.c_str(), clock.dt, clock.elapsed, clock.time_of_day()};
}

const hyb_block &HookBlock::show(const BlockValues &values, const std::vector<size_t> &inputs,
                                 std::vector<FieldValues> &increments, std::vector<uint8_t> &veto,
                                 bool before) {
  clock_ = plugin_clock(*values.clock);
  columns_.clear();
  for (int64_t i = 0; i < values.ncol; ++i)
    columns_.push_back(values.grid->column(values.first + i));
  show_inputs(values.inputs, inputs, inputs_);
  outputs_.clear();
  for (const FieldValues &output : values.outputs) outputs_.push_back(shown(output));
  increments_.clear();
  for (const FieldValues &increment : increments)
    increments_.push_back({increment.data, increment.nlevel, increment.nspecies});
  rejected_ = values.rejected;
  rejected_.resize(static_cast<size_t>(values.ncol));  // none before anything judged the block
  const Grid &grid = *values.grid;
  block_ = {sizeof block_, &clock_, values.ncol, values.first, values.bottom_up ? 1 : 0,
            columns_.data(), from(grid.lat(), values.first), from(grid.lon(), values.first),
            from(grid.area(), values.first), rejected_.data(), inputs_.data(),
            before ? nullptr : outputs_.data(), increments_.data(),
            before ? veto.data() : nullptr};
  return block_;
}

const hyb_samples &HookSamples::show(const Samples &samples, const std::vector<size_t> &inputs) {
  clock_ = plugin_clock(*samples.clock);
  columns_.clear();
  for (const int64_t place : samples.columns) columns_.push_back(samples.grid->column(place + 1));
  show_inputs(samples.inputs, inputs, inputs_);
  const Grid &grid = *samples.grid;
  samples_ = {sizeof samples_, &clock_, static_cast<int64_t>(columns_.size()),
              samples.columns.data(), columns_.data(), from(grid.lat(), 1), from(grid.lon(), 1),
              from(grid.area(), 1), shown(samples.wanted), inputs_.data()};
  return samples_;
}

}  // namespace hyb
