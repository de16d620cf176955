// SPDX-License-Identifier: BSD-3-Clause
#include "batch.hpp"

#include <cstring>

#include "error.hpp"
#include "text.hpp"

namespace hyb {

void Batch::open(const Emulator &emulator, bool flip, int64_t ncol) {
  emulator_ = &emulator;
  flip_ = flip;
  ncol_ = ncol;
  nlevel_ = 0;
  const Card &card = emulator.card();
  if (!card.box)
    set_levels(1);
  else
    columns_.reserve(card.nfeature * ncol * size_of_kind(card.kind));
}

void Batch::set_levels(int64_t nlevel) {
  if (nlevel_ == nlevel) return;
  if (nlevel_ != 0)
    mismatch(HYB_ERROR_SHAPE, "fields of a box emulator: levels", std::to_string(nlevel_),
             std::to_string(nlevel));
  nlevel_ = nlevel;
  nsample_ = ncol_ * nlevel;
  ld_ = emulator_->padded(nsample_);
  const Card &card = emulator_->card();
  x_.reserve(card.nfeature * ld_ * size_of_kind(card.kind));
  y_.reserve(card.noutput * ld_ * size_of_kind(card.kind));
}

// In a box emulator the levels of one field follow each other as samples of one row.
Rows Batch::rows(void *matrix, const CardField &field, bool flip) const {
  const Card &card = emulator_->card();
  char *start = static_cast<char *>(matrix) + field.offset * ld_ * size_of_kind(card.kind);
  if (card.box) return {start, card.kind, ncol_, ld_, nlevel_, field.nspecies, flip};
  return {start, card.kind, ld_, field.nlevel * ld_, field.nlevel, field.nspecies, flip};
}

Rows Batch::column_rows(const CardField &field) const {
  const int32_t kind = emulator_->card().kind;
  char *start = static_cast<char *>(columns_.data()) + field.offset * ncol_ * size_of_kind(kind);
  return {start, kind, ncol_, ncol_, 1, field.nspecies, false};
}

int64_t Batch::put(const CardField &field, const HostArray &array) {
  const bool box = emulator_->card().box;
  if (box && !field.has_level) return pack(array, column_rows(field), ncol_);
  if (box) set_levels(array.nlevel);
  return pack(array, rows(x_.data(), field, flip_), ncol_);
}

void Batch::expand_columns() {
  const Card &card = emulator_->card();
  if (nlevel_ == 0) set_levels(1);
  const size_t bytes = static_cast<size_t>(ncol_ * size_of_kind(card.kind));
  for (const CardField &field : card.inputs) {
    if (field.has_level) continue;
    for (int64_t i = 0; i < field.count; ++i) {
      const int64_t row = field.offset + i;
      const char *from = static_cast<const char *>(columns_.data()) + row * bytes;
      char *to = static_cast<char *>(x_.data()) + row * ld_ * size_of_kind(card.kind);
      for (int64_t level = 0; level < nlevel_; ++level)
        std::memcpy(to + level * static_cast<int64_t>(bytes), from, bytes);
    }
  }
}

void Batch::pad_inputs() const {
  const Card &card = emulator_->card();
  pad({x_.data(), card.kind, ld_, ld_, card.nfeature, 1, false}, nsample_, ld_);
}

void Batch::run() {
  if (emulator_->card().box) expand_columns();
  if (nsample_ == 0) return;
  pad_inputs();
  emulator_->run(x_.data(), y_.data(), ld_, nsample_);
}

Rows Batch::output(const Field &field) const {
  if (emulator_->card().box && field.nlevel != nlevel_)
    mismatch(HYB_ERROR_SHAPE, "field " + in_quotes(field.name) + ": levels",
             std::to_string(nlevel_) + " as in the inputs", std::to_string(field.nlevel));
  return rows(y_.data(), *field.output, flip_);
}

}  // namespace hyb
