// SPDX-License-Identifier: BSD-3-Clause
#include "capture.hpp"

#include <cstring>

#include "error.hpp"
#include "text.hpp"

namespace hyb {
namespace {

bool is_flag(const Field &field) {
  return field.kind == HYB_INT32 || field.kind == HYB_LOGICAL32;
}

template <class T>
void subtract(const Rows &after, const Rows &before, const Rows &increment, int64_t n) {
  const T *a = static_cast<const T *>(after.data), *b = static_cast<const T *>(before.data);
  T *out = static_cast<T *>(increment.data);
  for (int64_t i = 0; i < n; ++i) out[i] = a[i] - b[i];
}

}  // namespace

const char *group_name(Group group) {
  constexpr const char *names[] = {"input", "native", "after", "emulated"};
  return names[static_cast<int32_t>(group)];
}

void Capture::begin(int64_t ncol) {
  ncol_ = ncol;
  for (Entry &entry : entries_) entry.filled = false;
}

const Capture::Entry *Capture::find(Group group, const Field &field) const {
  for (const Entry &entry : entries_)
    if (entry.group == group && entry.field == &field) return &entry;
  return nullptr;
}

Capture::Entry &Capture::entry(Group group, const Field &field, int32_t kind) {
  Entry *entry = const_cast<Entry *>(find(group, field));
  if (!entry) {
    entries_.push_back({group, &field, kind, Buffer(), false, false});
    entry = &entries_.back();
  }
  entry->kind = kind;
  entry->buffer.reserve(ncol_ * field.rows() * size_of_kind(kind));
  entry->filled = true;
  entry->missing = false;
  return *entry;
}

Rows Capture::rows_of(const Entry &entry) const {
  return lone_rows(entry.buffer.data(), entry.kind, *entry.field, ncol_);
}

void Capture::store(Group group, const Field &field, int32_t kind, const HostArray &array) {
  pack(array, rows_of(entry(group, field, kind)), ncol_);
}

// The capture as if it were an array of the host: flipping and rounding of flags have one place.
int64_t Capture::store(Group group, const Field &field, const Rows &rows) {
  const bool flag = is_flag(field);
  const Rows own = rows_of(entry(group, field, flag ? field.kind : rows.kind));
  if (flag && ncol_ > 0)  // what has no whole number is not written
    std::memset(own.data, 0, static_cast<size_t>(ncol_ * field.rows() * size_of_kind(own.kind)));
  return scatter(rows, as_host(own, field, ncol_), ncol_);
}

void Capture::miss(Group group, const Field &field, int32_t kind) {
  entry(group, field, is_flag(field) ? field.kind : kind).missing = true;
}

void Capture::store_increment(const Field &field) {
  const Rows after = rows(Group::after, field), before = rows(Group::input, field);
  const Rows increment = rows_of(entry(Group::native, field, after.kind));
  const int64_t n = ncol_ * field.rows();
  if (after.kind == HYB_REAL64)
    subtract<double>(after, before, increment, n);
  else
    subtract<float>(after, before, increment, n);
}

bool Capture::has(Group group, const Field &field) const {
  const Entry *entry = find(group, field);
  return entry && entry->filled;
}

void *Capture::data(Group group, const Field &field) const {
  const Entry *entry = find(group, field);
  return entry->missing ? nullptr : rows_of(*entry).data;
}

Rows Capture::rows(Group group, const Field &field) const {
  const Entry *entry = find(group, field);
  if (!entry || !entry->filled)
    mismatch(HYB_ERROR_FIELD, "field " + in_quotes(field.name) + " of role " +
                                  in_quotes(role_name(field.effective_role())),
             "a put before the get", "none in this call");
  return rows_of(*entry);
}

int64_t Capture::bytes() const {
  int64_t total = 0;
  for (const Entry &entry : entries_) total += entry.buffer.capacity();
  return total;
}

}  // namespace hyb
