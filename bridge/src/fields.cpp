// SPDX-License-Identifier: BSD-3-Clause
#include "fields.hpp"

#include <cstring>

#include "error.hpp"
#include "text.hpp"

namespace hyb {
namespace {

// Eight letters at a time: a CF name has thirty, and every put looks one up. The high half of the
// product is folded into the low one, else letters at the end of a word would not reach it.
uint64_t mixed(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
  return hash ^ (hash >> 32);
}

uint64_t hash_of(std::string_view name) {
  uint64_t hash = name.size(), word = 0;
  for (; name.size() > sizeof word; name.remove_prefix(sizeof word)) {
    std::memcpy(&word, name.data(), sizeof word);
    hash = mixed(hash, word);
  }
  word = 0;
  std::memcpy(&word, name.data(), name.size());
  return mixed(hash, word);
}

std::string kind_class(int32_t kind) {
  if (kind == HYB_INT32) return "integer";
  return kind == HYB_LOGICAL32 ? "logical" : "real";
}

std::string extent_text(int64_t nlevel) {
  return nlevel == 0 ? "any number" : std::to_string(nlevel);
}

std::string shape_text(const FieldShape &shape) {
  std::string text = shape.has_column ? "column" : "scalar";
  if (shape.has_level) text += " level (" + extent_text(shape.nlevel) + ")";
  if (shape.has_species) text += " species (" + std::to_string(shape.nspecies) + ")";
  return text;
}

bool same_shape(const FieldShape &a, const FieldShape &b) {
  return a.has_column == b.has_column && a.has_level == b.has_level &&
         a.has_species == b.has_species && a.nlevel == b.nlevel && a.nspecies == b.nspecies;
}

// A box emulator takes any number of levels. Where the emulator wants a value per column, a host
// may have one value for all of them.
bool fits_card(const CardField &card, const FieldShape &shape, bool box) {
  FieldShape wanted = card;
  if (box && card.has_level) wanted.nlevel = shape.nlevel;
  if (!shape.has_column && card.rows() == 1) wanted.has_column = false;
  return same_shape(wanted, shape);
}

std::string role_name_in_quotes(int32_t role) { return in_quotes(role_name(role)); }

std::string about(const Field &field) { return "field " + in_quotes(field.name); }

// Nothing said agrees with everything; something new is too late once arrays have arrived.
template <class T, class Text>
void check_agrees(const Field &field, const T &known, const T &said, const char *what,
                  Text &&text) {
  if (said == T{} || known == said) return;
  if (known != T{})
    mismatch(HYB_ERROR_FIELD, about(field) + ": " + what, text(known) + " as declared before",
             text(said));
  if (field.settled)
    mismatch(HYB_ERROR_PHASE, about(field) + ": " + what, "a declaration before the first call",
             "one after it");
}

template <class T>
void take(T &known, const T &said) {
  if (said != T{}) known = said;
}

}  // namespace

int32_t Field::effective_role() const {
  if (role) return role;
  if (output) return output->role;
  return input ? input->role : static_cast<int32_t>(HYB_STATE);
}

const std::string &Field::effective_unit() const {
  if (output && unit.empty()) return output->unit;
  return input && unit.empty() ? input->unit : unit;
}

void Fields::declare(const std::string &name, const std::string &unit, int32_t role,
                     const std::string &dims) {
  if (name.empty()) mismatch(HYB_ERROR_FIELD, "declared field: name", "a text", "''");
  if (role < 0 || role > HYB_NOISE)
    mismatch(HYB_ERROR_FIELD, "field " + in_quotes(name) + ": role", "a hyb_role",
             std::to_string(role));
  const Axes axes = axes_of(dims);
  Field &field = find(name);
  const std::lock_guard<std::mutex> lock(mutex_);
  check_agrees(field, field.unit, unit, "unit", in_quotes);
  check_agrees(field, field.role, role, "role", role_name_in_quotes);
  check_agrees(field, field.axes, axes, "dims", axes_text);
  if (field.input) compare(field, unit, role, *field.input);
  if (field.output) compare(field, unit, role, *field.output);
  take(field.unit, unit);
  take(field.role, role);
  take(field.axes, axes);
}

Field *Fields::lookup(std::string_view name, uint64_t hash) const {
  for (size_t at = hash % capacity;; at = (at + 1) % capacity) {
    Field *field = by_name_[at].load(std::memory_order_acquire);
    if (!field || (field->hash == hash && field->name == name)) return field;
  }
}

Field &Fields::find(std::string_view name) {
  const uint64_t hash = hash_of(name);
  if (Field *field = lookup(name, hash)) return *field;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (Field *field = lookup(name, hash)) return *field;
  return add(std::string(name), hash);
}

Field &Fields::add(const std::string &name, uint64_t hash) {
  const size_t id = count();
  if (id == by_id_.size())
    mismatch(HYB_ERROR_FIELD, "fields of a scheme", "at most " + std::to_string(by_id_.size()),
             "one more, " + in_quotes(name));
  auto field = std::make_unique<Field>();
  field->id = static_cast<int32_t>(id);
  field->name = name;
  field->hash = hash;
  if (card_) {
    field->input = card_->input(name);
    field->output = card_->output(name);
  }
  size_t at = hash % capacity;
  while (by_name_[at].load(std::memory_order_relaxed)) at = (at + 1) % capacity;
  by_id_[id] = std::move(field);
  by_name_[at].store(by_id_[id].get(), std::memory_order_release);
  count_.store(id + 1, std::memory_order_release);
  return *by_id_[id];
}

void Fields::compare(const Field &field, const std::string &unit, int32_t role,
                     const CardField &card) const {
  const std::string where = about(field) + " against the card of " + emulator_;
  if (!unit.empty() && unit != card.unit)
    mismatch(HYB_ERROR_CARD, where + ": unit", in_quotes(card.unit) + " (card)",
             in_quotes(unit) + " (host)");
  if (role && role != card.role)
    mismatch(HYB_ERROR_CARD, where + ": role", role_name_in_quotes(card.role) + " (card)",
             role_name_in_quotes(role) + " (host)");
}

void Fields::compare_array(const Field &field, const CardField &card,
                           const HostArray &array) const {
  const std::string where = about(field) + " against the card of " + emulator_;
  if (card.kind != kind_class(array.kind))
    mismatch(HYB_ERROR_CARD, where + ": kind", in_quotes(card.kind) + " (card)",
             std::string(kind_name(array.kind)) + " (host)");
  if (!fits_card(card, array, card_->box))
    mismatch(HYB_ERROR_CARD, where + ": shape", shape_text(card) + " (card)",
             shape_text(array) + " (host)");
}

void Fields::settle(Field &field, const HostArray &array) {
  if (!field.settled.load(std::memory_order_acquire)) settle_first(field, array);
  if (field.kind != array.kind)
    mismatch(HYB_ERROR_FIELD, about(field) + ": kind",
             std::string(kind_name(field.kind)) + " as before", kind_name(array.kind));
  if (!same_shape(field, array))
    mismatch(HYB_ERROR_SHAPE, about(field) + ": shape", shape_text(field) + " as before",
             shape_text(array));
}

void Fields::settle_first(Field &field, const HostArray &array) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (field.settled.load(std::memory_order_relaxed)) return;
  if (field.input) compare_array(field, *field.input, array);
  if (field.output) compare_array(field, *field.output, array);
  if (field.effective_role() == HYB_INCREMENT && kind_class(array.kind) != "real")
    mismatch(HYB_ERROR_FIELD, about(field) + " of role 'increment': kind", "real32 or real64",
             kind_name(array.kind));
  if (recorded_ && field.effective_unit().empty())
    mismatch(HYB_ERROR_FIELD, about(field) + ": unit, for the recording",
             "one declared by the host or the configuration", "none");
  field.kind = array.kind;
  static_cast<FieldShape &>(field) = array;
  field.settled.store(true, std::memory_order_release);
}

}  // namespace hyb
