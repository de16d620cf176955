// SPDX-License-Identifier: BSD-3-Clause
// Values of fields by column of the domain, written by calls, each its own columns, and read at the
// step boundary.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "state.hpp"
#include "values.hpp"

namespace hyb {

class ColumnStore {
 public:
  ColumnStore(size_t nfield, int64_t ncol) : ncol_(ncol), fields_(nfield) {}

  // The columns `rows` (from 0) of the block that begins at `first` (from 1).
  void store(size_t place, const FieldValues &block, int64_t first,
             const std::vector<int64_t> &rows);

  // Zeros there, in a field of that shape.
  void clear(size_t place, const FieldValues &like, int64_t first,
             const std::vector<int64_t> &rows);

  // Fails if what is stored has another shape.
  void check(size_t place, const FieldValues &like) const;

  // data is null where nothing was stored yet.
  FieldValues values(size_t place) const;

  // `names` are those of the fields, `emulator` is the hash of the one that was there.
  void state(State &state, const std::vector<std::string> &names, const std::string &emulator);

 private:
  struct Stored {
    std::atomic<bool> ready{false};
    int64_t nlevel = 1, nspecies = 1;
    std::vector<double> values;  // [row][column]
  };

  Stored &stored(size_t place, const FieldValues &like);
  void make_room(Stored &field, const FieldValues &like);
  void take(Stored &field, const std::string &name, const std::vector<double> &rows);

  int64_t ncol_;
  std::mutex mutex_;
  std::vector<Stored> fields_;
};

}  // namespace hyb
