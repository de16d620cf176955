// SPDX-License-Identifier: BSD-3-Clause
// The time series of a domain: every so many steps, what all schemes did since the last record, added
// up over ranks.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "clock.hpp"
#include "communicator.hpp"
#include "log.hpp"
#include "state.hpp"

namespace hyb {

class Scheme;

class Reporter {
 public:
  using Schemes = std::map<std::string, Scheme *>;

  // 0: no records.
  explicit Reporter(int64_t every) : every_(every) {}

  // Counts a step that has ended. Whether a record is due; the same on every rank.
  bool due(const Clock &ended);

  // Adds up, keeps and logs a record: on the first rank, or on each where none speaks for all.
  // Collective.
  void record(const Schemes &schemes, const Clock &ended, const Communicator &communicator,
              Log &log);

  // A last record, of what this process did since the one before, of schemes that are gone too. Not
  // collective: a run may end anywhere.
  void record_rest(const Schemes &schemes, const Clock &ended, const Communicator &communicator,
                   Log &log);

  // What was counted since the last record, of the domain and of a scheme, whose own state comes
  // first: the next record of a run that goes on has it. `go_on` follows once all of it is loaded.
  void state(State &state);
  void state(State &state, const Scheme &scheme);
  void go_on(const Schemes &schemes, const Clock &restored);

  // Puts into words what only this scheme can, for it is about to go.
  void forget(const Scheme &scheme);

  nlohmann::json history(const Schemes &schemes) const;
  size_t size() const { return records_.size(); }

 private:
  using Lists = std::vector<std::vector<double>>;

  struct Totals {
    Lists counters;  // of this process
    std::vector<double> audit;
  };
  // Of one scheme in one record.
  struct Part {
    Lists counters;       // since the last record
    nlohmann::json now;   // what is no counter: as it was last
    nlohmann::json told;  // all of it, when the scheme is gone
  };
  struct Record {
    Clock clock;
    int64_t steps = 0, ranks = 1;
    std::map<std::string, Part> parts;  // by scheme

    bool can_take(const Record &next) const;
    void take(Record next);
  };

  bool same_everywhere(const Schemes &schemes, const Communicator &communicator, Log &log);
  Record begun(const Clock &ended);
  Part since(const Scheme &scheme);
  Totals pending(const Scheme &scheme) const;
  static void log_lines(const Schemes &schemes, const Record &record, Log &log);
  static nlohmann::json told(const Scheme &scheme, const Part &part);
  void keep(Record record);
  void thin();

  int64_t every_;
  bool ended_any_ = false;
  int64_t last_ = 0, steps_ = 0;  // the last step that ended, and how many since the last record
  bool told_differ_ = false;
  std::map<std::string, Totals> before_;
  std::map<std::string, Totals> visited_;  // what was pending in the state that was visited last
  std::map<std::string, Part> gone_;       // of schemes that are gone, since the last record
  std::vector<Record> records_;
};

}  // namespace hyb
