// SPDX-License-Identifier: BSD-3-Clause
#include "block.hpp"

#include <algorithm>
#include <cstring>

#include "batch.hpp"
#include "text.hpp"

namespace hyb {
namespace {

using Clock = std::chrono::steady_clock;

// Rows are mostly whole cache lines: copied by the compiler's own vectors then.
void copy_row(char *to, const char *from, int64_t bytes) {
  constexpr int64_t line = Buffer::alignment;
  if (bytes % line != 0) std::memcpy(to, from, static_cast<size_t>(bytes));
  else
    for (int64_t at = 0; at < bytes; at += line) std::memcpy(to + at, from + at, line);
}

}  // namespace

void Block::open(const Emulator &emulator, bool flip, int64_t ncol) {
  emulator_ = &emulator;
  flip_ = flip;
  ncol_ = ncol;
  nlevel_ = nsample_ = 0;
  begun = flying = 0;
  alone = false;
  failure_.reset();
  time_ = Time();
  const Card &card = emulator.card();
  if (!card.box)
    set_levels(1);
  else
    columns_.reserve(card.nfeature * ncol * size_of_kind(card.kind));
}

void Block::set_levels(int64_t nlevel) {
  if (nlevel_ == nlevel) return;
  if (nlevel_ != 0)
    mismatch(HYB_ERROR_SHAPE, "fields of a box emulator: levels", std::to_string(nlevel_),
             std::to_string(nlevel));
  nlevel_ = nlevel;
  nsample_ = ncol_ * nlevel;
  const Card &card = emulator_->card();
  const bool to_device = emulator_->in_flight() > 0 && goes_alone();
  memory_ = to_device ? &emulator_->device_memory() : nullptr;
  in().reserve(emulator_->tiles(card.nfeature, nsample_).size() * size_of_kind(card.kind), memory_);
}

bool Block::goes_alone() const { return 2 * nsample_ > emulator_->tile(); }

// In a box emulator the levels of one field follow each other as samples of one row.
Rows Block::rows(void *matrix, const Tiles &tiles, const CardField &field) const {
  const bool box = emulator_->card().box;
  Rows rows;
  rows.data = matrix;
  rows.kind = emulator_->card().kind;
  rows.tiles = tiles;
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

Rows Block::input_rows(const CardField &field) const {
  return rows(in().data(), emulator_->tiles(emulator_->card().nfeature, nsample_), field);
}

Rows Block::column_rows(const CardField &field) const {
  const Card &card = emulator_->card();
  FieldShape flat = field;
  flat.nlevel = 1;
  char *start = static_cast<char *>(columns_.data()) +
                field.offset * ncol_ * size_of_kind(card.kind);
  Rows rows = lone_rows(start, card.kind, flat, ncol_);
  rows.scaling = field.normalisation.from(0);
  return rows;
}

int64_t Block::put(const CardField &field, const HostArray &array) {
  const Card &card = emulator_->card();
  if (card.box && !field.has_level) return pack(array, column_rows(field), ncol_);
  if (card.box) set_levels(array.nlevel);
  return pack(array, input_rows(field), ncol_);
}

// The levels of boxes are those that were put, else the card's.
Rows Block::input(const CardField &field) {
  const Card &card = emulator_->card();
  if (card.box && !field.has_level) return column_rows(field);
  if (nlevel_ == 0) set_levels(std::max<int64_t>(field.nlevel, 1));
  return input_rows(field);
}

// Fields without levels are repeated over those of a box emulator.
void Block::complete() {
  const Card &card = emulator_->card();
  if (!card.box) return;
  if (nlevel_ == 0) set_levels(1);
  for (const CardField &field : card.inputs) {
    if (field.has_level) continue;
    HostArray columns = as_host(column_rows(field), field, ncol_);
    columns.has_column = true;
    columns.slevel = 0;
    Rows to = input_rows(field);
    to.scaling = Scaling();  // done already
    pack(columns, to, ncol_);
  }
}

void Block::open_alone() {
  const Card &card = emulator_->card();
  out().reserve(emulator_->tiles(card.noutput, nsample_).size() * size_of_kind(card.kind), memory_);
  pad(in().data(), card.kind, emulator_->tiles(card.nfeature, nsample_), nsample_);
}

const char *Block::inputs(int64_t sample) const {
  const Card &card = emulator_->card();
  return static_cast<const char *>(in().data()) + sample * card.nfeature * size_of_kind(card.kind);
}

char *Block::outputs(int64_t sample) const {
  const Card &card = emulator_->card();
  return static_cast<char *>(out().data()) + sample * card.noutput * size_of_kind(card.kind);
}

void Block::run() {
  const Clock::time_point start = Clock::now();
  try {
    open_alone();
    emulator_->run(in().data(), out().data(), nsample_);
  } catch (...) {
    failure_ = current_error();
  }
  time_ = Clock::now() - start;
}

// Whole cache lines where there is room: what is copied too much is overwritten by the next block
// or by the padding.
void Block::gather(void *matrix, int64_t ld, int64_t begin) const {
  const Card &card = emulator_->card();
  const int64_t size = size_of_kind(card.kind), own_ld = emulator_->padded(nsample_);
  const int64_t whole_lines = (nsample_ + 15) / 16 * 16;
  const int64_t bytes = (begin + whole_lines <= ld ? whole_lines : nsample_) * size;
  char *to = static_cast<char *>(matrix) + begin * size;
  const char *from = static_cast<const char *>(in().data());
  for (int64_t row = 0; row < card.nfeature; ++row)
    copy_row(to + row * ld * size, from + row * own_ld * size, bytes);
}

void Block::take(Batch &batch, int64_t begin) {
  batch_ = &batch;
  begin_ = begin;
  batch.hold();
}

void Block::release() {
  if (batch_) batch_->let_go();
  batch_ = nullptr;
}

NetworkMatrix Block::input_matrix() const {
  const Card &card = emulator_->card();
  return {in().data(), card.kind, emulator_->tiles(card.nfeature, nsample_), 0, nsample_};
}

NetworkMatrix Block::output_matrix() const {
  const Card &card = emulator_->card();
  if (!batch_)
    return {out().data(), card.kind, emulator_->tiles(card.noutput, nsample_), 0, nsample_};
  return {batch_->outputs(), card.kind, batch_->tiles(), begin_, nsample_};
}

void Block::check_levels(const Field &field) const {
  if (emulator_->card().box && field.nlevel != nlevel_)
    mismatch(HYB_ERROR_SHAPE, "field " + in_quotes(field.name) + ": levels",
             std::to_string(nlevel_) + " as in the inputs", std::to_string(field.nlevel));
}

FieldShape Block::shape(const CardField &output) const {
  FieldShape shape = output;
  if (emulator_->card().box) shape.nlevel = nlevel_;
  return shape;
}

Rows Block::output(const CardField &field) const {
  const NetworkMatrix matrix = output_matrix();
  Rows own = rows(matrix.data, matrix.tiles, field);
  own.first_sample = matrix.first_sample;
  return own;
}

Rows Block::output(const Field &field) const {
  check_levels(field);
  return output(*field.output);
}

}  // namespace hyb
