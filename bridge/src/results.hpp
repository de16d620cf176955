// SPDX-License-Identifier: BSD-3-Clause
// What becomes of an emulator's results before the host gets them: judged by guards, worked on by
// hooks and constraints, mixed with native results, compared where an audit wants it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "block.hpp"
#include "guards/verdict.hpp"
#include "operators.hpp"
#include "statistics.hpp"
#include "values.hpp"

namespace hyb {

class Scheme;

class Results {
 public:
  void open(Scheme &scheme, int64_t ncol, int64_t first);

  // False where the call is the native routine's alone.
  bool infers() const { return infers_; }

  // Before inference: keeps what operators read, and what increments are added to.
  void put(const Field &field, const HostArray &array);
  void judge_inputs(const Block &block, CallTimes &times);

  // After inference.
  void judge(const Block &block, CallTimes &times);
  void reject_all();

  // Whether some column or an audit needs the native routine.
  bool wants_native() const;

  // Writes a field into the host's array, which the native routine has written by now if it was
  // wanted. Returns how many values are not finite.
  int64_t give(const Field &field, const HostArray &array, const Block &block);

  void count() const;

 private:
  using Wanted = std::function<bool(int64_t)>;

  struct Native {
    FieldValues after, before;  // before: only of increments
  };

  double weight(int64_t column) const;
  void keep_before(const Field &field, const HostArray &array);
  Rows before(const Field &field, const HostArray &array) const;
  bool has_before(const Field &field) const;
  bool has_all_before() const;
  void check_before(const Field &field) const;
  void check_whole(const Field &field) const;
  double largest(const Field &field) const;
  void guard_inputs(const Block &block, CallTimes &times);
  void judge_outputs(const Block &block, CallTimes &times);
  void stage(const Block &block, CallTimes &times);
  void operate(CallTimes &times);
  void mark_emulated();
  const std::vector<int64_t> &kept_columns();
  void check_kept() const;
  void publish();
  Rows rows(const Field &field, const Block &block) const;
  Native native(const Field &field, const HostArray &array);
  void compare(const Field &field, const Native &native, const Block &block);
  FieldValues mixture(const Field &field, const Native &native, const Rows &rows);
  int64_t replace(const Field &field, const Rows &rows, const HostArray &array,
                  const Wanted &wanted) const;
  int64_t correct(const Field &field, const Rows &rows, const HostArray &array);
  int64_t write(const Field &field, const Rows &rows, const HostArray &array);

  Scheme *scheme_ = nullptr;
  int64_t ncol_ = 0, first_ = 1;
  bool infers_ = false;
  Verdict verdict_;
  std::vector<int64_t> audited_, all_; // columns of the block, from 0
  BlockValues values_;
  std::vector<Buffer> kept_, staged_;  // of values_.inputs and values_.outputs
  std::vector<Buffer> before_;         // by field: what an increment is added to, the host's kind
  std::vector<uint8_t> put_;           // by field: before_ is of this call
  bool puts_real64_ = false;
  Buffer after_, start_, emulated_, mixed_;
  OperatorWork work_;
};

}  // namespace hyb
