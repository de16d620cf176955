// SPDX-License-Identifier: BSD-3-Clause
#include "column_store.hpp"

namespace hyb {

// The number of levels may be known only now.
void ColumnStore::make_room(Stored &field, const FieldValues &like) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (field.ready.load(std::memory_order_relaxed)) return;
  field.nlevel = like.nlevel;
  field.nspecies = like.nspecies;
  field.values.resize(static_cast<size_t>(like.nrow() * ncol_), 0.0);
  field.ready.store(true, std::memory_order_release);
}

void ColumnStore::store(size_t place, const FieldValues &block, int64_t first,
                        const std::vector<int64_t> &rows) {
  Stored &field = fields_[place];
  if (!block.data) return;
  if (!field.ready.load(std::memory_order_acquire)) make_room(field, block);
  for (int64_t row = 0; row < block.nrow(); ++row) {
    const double *from = block.row(row);
    double *to = field.values.data() + row * ncol_ + first - 1;
    for (const int64_t i : rows) to[i] = from[i];
  }
}

FieldValues ColumnStore::values(size_t place) const {
  const Stored &field = fields_[place];
  if (!field.ready.load(std::memory_order_acquire)) return {};
  return {const_cast<double *>(field.values.data()), field.nlevel, field.nspecies, ncol_};
}

// What is loaded waits for the first block, which says how many levels there are.
void ColumnStore::state(State &state, const std::vector<std::string> &names) {
  for (size_t place = 0; place < fields_.size(); ++place)
    state.columns(names[place], fields_[place].values);
}

}  // namespace hyb
