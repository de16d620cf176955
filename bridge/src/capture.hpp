// SPDX-License-Identifier: BSD-3-Clause
// What was seen in one call: copies of inputs and of native and emulated outputs, in the host's
// level order and (but for emulated ones) kind, columns fastest.
#pragma once

#include <cstdint>
#include <vector>

#include "buffer.hpp"
#include "fields.hpp"
#include "pack.hpp"

namespace hyb {

enum class Group : int32_t { input, native, after, emulated };

const char *group_name(Group group);

class Capture {
 public:
  struct Entry {
    Group group;
    const Field *field;
    int32_t kind;
    Buffer buffer;
    bool filled = false;   // it has a place in the recording
    bool missing = false;  // in these columns without a value
  };

  void begin(int64_t ncol);
  int64_t ncol() const { return ncol_; }

  // Copies a host's array, converted to `kind`.
  void store(Group group, const Field &field, int32_t kind, const HostArray &array);

  // Copies rows of the network's matrix, flags rounded; returns what scatter does.
  int64_t store(Group group, const Field &field, const Rows &rows);

  // There is nothing to store in this call: the recording gets fill values.
  void miss(Group group, const Field &field, int32_t kind);

  // native = after - input, both stored before.
  void store_increment(const Field &field);

  bool has(Group group, const Field &field) const;

  // What the storage reads of an entry that this call has: null where it is missing.
  void *data(Group group, const Field &field) const;

  // Rows of an entry that was stored in this call; fails if it was not.
  Rows rows(Group group, const Field &field) const;

  const std::vector<Entry> &entries() const { return entries_; }
  int64_t bytes() const;

 private:
  Entry &entry(Group group, const Field &field, int32_t kind);
  const Entry *find(Group group, const Field &field) const;
  Rows rows_of(const Entry &entry) const;

  int64_t ncol_ = 0;
  std::vector<Entry> entries_;
};

}  // namespace hyb
