// SPDX-License-Identifier: BSD-3-Clause
// What hooks learn from: the newest values of each column, and what was observed or audited there.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "audit.hpp"
#include "column_marks.hpp"
#include "column_store.hpp"
#include "operators.hpp"

namespace hyb {

class Learning {
 public:
  Learning(Operators &operators, const Grid &grid, const std::string &where);

  // Whether every block is kept, or only audited columns.
  bool observes() const { return observes_; }

  // A block begins: nothing of it is the emulator's yet.
  void begin(int64_t first, int64_t ncol);

  // Of columns `rows` of a block: inputs and outputs before any hook, what one hook has just added
  // (if `any`), and what all have.
  void keep(const BlockValues &values, const std::vector<int64_t> &rows);
  void keep_own(size_t hook, bool any, const BlockValues &values, HookWork &work,
                const std::vector<int64_t> &rows);
  void keep_added(const BlockValues &values, const HookWork &work,
                  const std::vector<int64_t> &rows);

  // The host gets the emulator's result in a column of the domain, from 0, or a part of it.
  void mark_emulated(int64_t column) { emulated_.set(column); }

  // An increment from the host, of an output by place: what has to be added to what it got. Columns
  // where that was the native result are left out.
  void observe(size_t place, const FieldValues &increment, int64_t first);

  // At the step boundary. Collective.
  void learn(const Audit *audit, const Clock &clock, const Communicator &communicator,
             const Objector &object);

  // Forgets what was observed since.
  void forget();

  void state(State &state, const std::string &emulator);  // the emulator's hash

 private:
  // What a hook that learns adds to an output that a later one learns too.
  struct Shared {
    size_t hook, target, place;  // target: of the hook's; place: of the output
  };

  static std::vector<Shared> shared_of(Operators &operators);
  std::vector<std::string> names_of_shared() const;
  FieldValues left(size_t hook, const FieldValues &wanted, const std::vector<int64_t> &columns);
  void learn_one(size_t hook, const FieldValues &wanted, const std::vector<int64_t> &columns,
                 const Clock &clock, const Communicator &communicator, const Objector &object);

  Operators &operators_;
  const Grid &grid_;
  bool observes_;
  std::vector<Shared> shared_;
  std::set<size_t> read_inputs_, read_outputs_;  // places that some hook learns by
  std::set<size_t> observed_places_;             // outputs that some hook learns from observe
  ColumnStore inputs_, outputs_, added_, observed_;
  ColumnStore own_;                // by place in shared_
  ColumnMarks emulated_;           // what the host got last
  std::vector<ColumnMarks> seen_;  // by output
  std::vector<double> left_;
};

}  // namespace hyb
