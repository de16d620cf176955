// SPDX-License-Identifier: BSD-3-Clause
// What hooks learn from: the newest values of each column, and what was observed or audited there.
#pragma once

#include <atomic>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "audit.hpp"
#include "column_store.hpp"
#include "operators.hpp"

namespace hyb {

class Learning {
 public:
  Learning(Operators &operators, const Grid &grid, const std::string &where);

  // Whether every block is kept, or only audited columns.
  bool observes() const { return observes_; }

  // Of columns `rows` of a block: inputs and outputs before any hook, and what hooks added.
  void keep(const BlockValues &values, const std::vector<int64_t> &rows);
  void keep_added(const BlockValues &values, const HookWork &work,
                  const std::vector<int64_t> &rows);

  // An increment from the host, of an output by place: what has to be added to what it got.
  void observe(size_t place, const FieldValues &increment, int64_t first);

  // At the step boundary. Collective.
  void learn(const Audit *audit, const Clock &clock, const Communicator &communicator,
             const Objector &object);

  void state(State &state, const std::string &emulator);  // the emulator's hash

 private:
  struct Seen {
    std::vector<std::atomic<uint8_t>> columns;
    explicit Seen(int64_t ncol) : columns(static_cast<size_t>(ncol)) {}
  };

  void learn_one(HookSlot &slot, const FieldValues &wanted, const std::vector<int64_t> &columns,
                 const Clock &clock, const Communicator &communicator, const Objector &object);
  std::vector<int64_t> observed_columns(size_t place);

  Operators &operators_;
  const Grid &grid_;
  bool observes_;
  std::set<size_t> read_inputs_, read_outputs_;  // places that some hook learns by
  ColumnStore inputs_, outputs_, added_, observed_;
  std::vector<Seen> seen_;  // by output
};

}  // namespace hyb
