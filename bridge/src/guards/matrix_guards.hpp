// SPDX-License-Identifier: BSD-3-Clause
// All guards of one matrix of the network, its inputs or its outputs. A clean block costs one pass
// over its values.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "guards/range_guard.hpp"
#include "guards/verdict.hpp"
#include "state.hpp"
#include "tiles.hpp"

namespace hyb {

// A block's samples in a matrix of the network.
struct NetworkMatrix {
  void *data;
  int32_t kind;
  Tiles tiles;
  int64_t first_sample, nsample;
};

// What a guard objected to in a block: the first value, and in how many columns.
struct Objection {
  const RangeGuard *guard;
  int64_t columns, column;  // column: of the first one, within the block from 0
  size_t row;
  int64_t level;            // of box emulators, the host's from 0
  double value;             // as the network has it
};

// By guard, row of the matrix and, of box emulators, level.
using GuardCounts = std::map<std::tuple<size_t, size_t, int64_t>, int64_t>;

class MatrixGuards {
 public:
  // `flips`: the host counts levels from the other end than the card.
  MatrixGuards(std::string side, const Card &card, bool flips)
      : side_(std::move(side)), kind_(card.kind), box_(card.box), flips_(flips) {}

  void add(RangeGuard guard);

  // After the last one.
  void prepare();

  // Clips, lowers weights and counts. Returns what was found, in the order of the guards.
  std::vector<Objection> judge(const NetworkMatrix &matrix, Verdict &verdict);

  const std::string &side() const { return side_; }  // "input" or "output"
  const std::vector<RangeGuard> &guards() const { return guards_; }

  // What was counted, by level, guard and row; and what such counters mean.
  std::vector<double> counters() const;
  GuardCounts counts_of(const std::vector<double> &counters) const;
  void state(State &state);

 private:
  template <class T>
  bool clean(const NetworkMatrix &matrix, const std::vector<T> &lower,
             const std::vector<T> &upper) const;
  template <class T>
  std::vector<Objection> judge_all(const NetworkMatrix &matrix, Verdict &verdict);
  template <class T>
  class Judgement;

  // Of one block, mostly in the order of GuardCounts.
  using NewCounts = std::vector<std::pair<GuardCounts::key_type, int64_t>>;
  void count(const NewCounts &counts);

  std::string side_;
  int32_t kind_;
  bool box_, flips_;
  std::vector<RangeGuard> guards_;
  std::vector<float> lower32_, upper32_;   // within all guards, by row
  std::vector<double> lower64_, upper64_;
  mutable std::mutex mutex_;
  GuardCounts counts_;
};

}  // namespace hyb
