// SPDX-License-Identifier: BSD-3-Clause
#include "batch.hpp"

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
  const Card &card = emulator_->card();
  const int64_t size = size_of_kind(card.kind);
  x_.reserve(emulator_->tiles(card.nfeature, nsample_).size() * size);
  y_.reserve(emulator_->tiles(card.noutput, nsample_).size() * size);
}

// In a box emulator the levels of one field follow each other as samples of one row.
Rows Batch::rows(void *matrix, int64_t nrow, const CardField &field) const {
  const bool box = emulator_->card().box;
  Rows rows;
  rows.data = matrix;
  rows.kind = emulator_->card().kind;
  rows.tiles = emulator_->tiles(nrow, nsample_);
  rows.first_row = field.offset;
  rows.nlevel = box ? nlevel_ : field.nlevel;
  rows.nspecies = field.nspecies;
  rows.level_rows = box ? 0 : 1;
  rows.level_samples = box ? ncol_ : 0;
  rows.species_rows = box ? 1 : field.nlevel;
  rows.flip = flip_;
  rows.scaling = field.normalisation.from(0);
  return rows;
}

Rows Batch::column_rows(const CardField &field) const {
  const Card &card = emulator_->card();
  FieldShape flat = field;
  flat.nlevel = 1;
  char *start = static_cast<char *>(columns_.data()) +
                field.offset * ncol_ * size_of_kind(card.kind);
  Rows rows = lone_rows(start, card.kind, flat, ncol_);
  rows.scaling = field.normalisation.from(0);
  return rows;
}

int64_t Batch::put(const CardField &field, const HostArray &array) {
  const Card &card = emulator_->card();
  if (card.box && !field.has_level) return pack(array, column_rows(field), ncol_);
  if (card.box) set_levels(array.nlevel);
  return pack(array, rows(x_.data(), card.nfeature, field), ncol_);
}

void Batch::expand_columns() {
  const Card &card = emulator_->card();
  if (nlevel_ == 0) set_levels(1);
  for (const CardField &field : card.inputs) {
    if (field.has_level) continue;
    HostArray columns = as_host(column_rows(field), field, ncol_);
    columns.has_column = true;
    columns.slevel = 0;  // repeated
    Rows to = rows(x_.data(), card.nfeature, field);
    to.scaling = Scaling();  // done already
    pack(columns, to, ncol_);
  }
}

void Batch::run() {
  const Card &card = emulator_->card();
  if (card.box) expand_columns();
  if (nsample_ == 0) return;
  pad(x_.data(), card.kind, emulator_->tiles(card.nfeature, nsample_), nsample_);
  emulator_->run(x_.data(), y_.data(), nsample_);
}

Rows Batch::output(const Field &field) const {
  if (emulator_->card().box && field.nlevel != nlevel_)
    mismatch(HYB_ERROR_SHAPE, "field " + in_quotes(field.name) + ": levels",
             std::to_string(nlevel_) + " as in the inputs", std::to_string(field.nlevel));
  return rows(y_.data(), emulator_->card().noutput, *field.output);
}

}  // namespace hyb
