// SPDX-License-Identifier: BSD-3-Clause
// Several ways to do the same work, measured side by side.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "host.hpp"

namespace hybrid_bench {

// One way. Its result, where it has one, is compared with the first contender's.
class Contender {
 public:
  virtual ~Contender() = default;
  virtual void run() = 0;
  virtual HostArrays *result() { return nullptr; }
  virtual void clear() {}  // so that a result which is not written is seen
  virtual Stages stages() { return {}; }  // spent so far
  virtual nlohmann::json details() { return nlohmann::json::object(); }  // for its row
};

// In every round each contender has a slot: as many calls as fill `seconds`, if more than one then
// after one that warms the caches. Short rounds are more, so that a burst of other work on the
// machine does not meet all of them. What counts is the median over the rounds.
struct Pace {
  int64_t rounds;
  double seconds;
};

Pace pace_of(const nlohmann::json &job);

class Contest {
 public:
  // A contender that cannot be made or fails has a row that says why; the others go on.
  void add(nlohmann::json row, const std::function<std::unique_ptr<Contender>()> &make);
  void run(const Pace &pace);
  nlohmann::json rows() const;

 private:
  struct Entry {
    nlohmann::json row;
    std::unique_ptr<Contender> contender;  // null after a failure
    int64_t calls = 1;                     // of a slot
    std::vector<double> seconds;           // of a call, by round
    std::array<std::vector<double>, stage_names.size()> stages;
  };

  static void guarded(Entry &entry, const std::function<void()> &work);
  static void prepare(Entry &entry, const Pace &pace);
  struct Sample {
    double seconds;  // of a call
    Stages stages;
  };
  static Sample sample(Entry &entry);
  static void slot(Entry &entry);
  void round(size_t number);
  static nlohmann::json row_of(const Entry &entry);
  void compare();

  std::vector<Entry> entries_;
};

}  // namespace hybrid_bench
