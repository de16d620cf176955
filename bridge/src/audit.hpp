// SPDX-License-Identifier: BSD-3-Clause
// The native routine beside the emulator on drawn steps or tiles: scores, an alarm, a fall back.
#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "alarm.hpp"
#include "card.hpp"
#include "clock.hpp"
#include "column_marks.hpp"
#include "column_store.hpp"
#include "communicator.hpp"
#include "config_online.hpp"
#include "reproducible_sums.hpp"
#include "sampler.hpp"

namespace hyb {

class Audit {
 public:
  Audit(const AuditConfig &config, const Card &card, const Grid &grid, const std::string &scheme);

  // The places in a block that are audited.
  void draw(int64_t step, int64_t first, int64_t ncol, std::vector<int64_t> &rows) const;

  // Results of an output, of the card by place, in the drawn columns of a block. Emulated ones are
  // those of the network, before any hook.
  void store(size_t place, const FieldValues &native, const FieldValues &emulated, int64_t first,
             const std::vector<int64_t> &rows);

  // Native minus emulated of an output, and the columns of the last step that have it, ascending
  // from 0: a call that was not closed has only some outputs.
  FieldValues difference(size_t place) const { return difference_.values(place); }
  const std::vector<int64_t> &columns(size_t place) const { return columns_[place]; }

  // ---- The step boundary

  // Whether a step may have been audited: the same on every rank.
  bool drawn(int64_t step) const { return sampler_.drawn(step); }

  // Finds the columns that calls have stored since the last time.
  void gather();

  // Scores and alarm. Collective. Returns what to tell, "" for nothing.
  std::string judge(const Clock &clock, const Communicator &communicator);

  // Whether values of the last audit were too large for a score: then it counts as a bad one.
  bool overflowed() const { return overflowed_; }

  // While an alarm of policy native lasts.
  bool fallen_back() const { return alarm_.raised() && config_.alarm.policy == Policy::native; }

  nlohmann::json json() const;

  // The alarm, and the scores of all audits since `totals` was as it is now; brings it up to date.
  nlohmann::json since(std::vector<double> &totals) const;
  void state(State &state, const std::string &emulator);  // the emulator's hash

 private:
  // For each row of each output: n, error, error squared, native, native squared, and whether the
  // levels of a field or species begin with it (above 0).
  static constexpr size_t nsum = 6;

  // All but n, by audited column.
  using RowValues = std::array<std::vector<double>, 4>;  // the sums behind n

  int64_t gather_row(size_t place, int64_t row, RowValues &values) const;
  void add_row(Adder &adder, size_t first_sum, size_t place, int64_t row,
               RowValues &values) const;
  size_t rows() const;
  Score score_of(const std::vector<double> &totals) const;

  AuditConfig config_;
  const Card &card_;
  const Grid &grid_;
  Sampler sampler_;
  ColumnStore difference_, native_;
  std::vector<ColumnMarks> seen_;              // by output
  std::vector<std::vector<int64_t>> columns_;  // likewise
  std::vector<double> totals_;  // of all audits, nsum for each row of each output
  bool overflowed_ = false;
  Alarm alarm_;
};

}  // namespace hyb
