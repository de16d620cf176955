// SPDX-License-Identifier: BSD-3-Clause
#include "column_store.hpp"

#include <algorithm>

#include "error.hpp"
#include "text.hpp"

namespace hyb {

// The number of levels may be known only now.
void ColumnStore::make_room(Stored &field, const FieldValues &like) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (field.ready.load(std::memory_order_relaxed)) return;
  field.nlevel = like.nlevel;
  field.nspecies = like.nspecies;
  field.values.assign(static_cast<size_t>(like.nrow() * ncol_), 0.0);
  field.ready.store(true, std::memory_order_release);
}

void ColumnStore::check(size_t place, const FieldValues &like) const {
  const Stored &field = fields_[place];
  if (!field.ready.load(std::memory_order_acquire)) return;
  if (like.nlevel != field.nlevel || like.nspecies != field.nspecies)
    mismatch(HYB_ERROR_STATE, "levels and species of a field",
             std::to_string(field.nlevel) + " and " + std::to_string(field.nspecies) +
                 " as in the restart or before",
             std::to_string(like.nlevel) + " and " + std::to_string(like.nspecies));
}

// With room for that shape.
ColumnStore::Stored &ColumnStore::stored(size_t place, const FieldValues &like) {
  Stored &field = fields_[place];
  if (!field.ready.load(std::memory_order_acquire)) make_room(field, like);
  check(place, like);
  return field;
}

void ColumnStore::clear(size_t place, const FieldValues &like, int64_t first,
                        const std::vector<int64_t> &rows) {
  Stored &field = stored(place, like);
  for (int64_t row = 0; row < like.nrow(); ++row)
    for (const int64_t i : rows) field.values[static_cast<size_t>(row * ncol_ + first - 1 + i)] = 0;
}

void ColumnStore::store(size_t place, const FieldValues &block, int64_t first,
                        const std::vector<int64_t> &rows) {
  if (!block.data) return;
  Stored &field = stored(place, block);
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

// The first row is the number of levels, which the next block may be too late to say.
void ColumnStore::state(State &state, const std::vector<std::string> &names,
                        const std::string &emulator) {
  for (size_t place = 0; place < fields_.size(); ++place) {
    Stored &field = fields_[place];
    std::vector<double> rows;
    if (field.ready.load(std::memory_order_acquire)) {
      rows.assign(static_cast<size_t>(ncol_), static_cast<double>(field.nlevel));
      rows.insert(rows.end(), field.values.begin(), field.values.end());
    }
    StatePart part(state, names[place], {{"emulator", emulator}});
    part.columns("values", rows);
    if (ncol_ > 0 && !rows.empty())
      take(field, names[place], rows);
    else
      field.ready.store(false, std::memory_order_release);
  }
}

// Columns of a rank that had stored nothing yet hold 0 levels.
void ColumnStore::take(Stored &field, const std::string &name, const std::vector<double> &rows) {
  const int64_t nrow = static_cast<int64_t>(rows.size()) / ncol_ - 1;
  const double levels = *std::max_element(rows.begin(), rows.begin() + ncol_);
  field.ready.store(levels != 0, std::memory_order_release);
  if (levels == 0) return;
  if (!(levels >= 1 && levels <= static_cast<double>(std::max<int64_t>(nrow, 1))) ||
      nrow % static_cast<int64_t>(levels) != 0)
    mismatch(HYB_ERROR_STATE, in_quotes(name), "a number of levels that divides " +
             std::to_string(nrow) + " rows", std::to_string(levels));
  field.nlevel = static_cast<int64_t>(levels);
  field.nspecies = nrow / field.nlevel;
  field.values.assign(rows.begin() + ncol_, rows.end());
  field.ready.store(true, std::memory_order_release);
}

}  // namespace hyb
