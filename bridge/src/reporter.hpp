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

namespace hyb {

class Scheme;

class Reporter {
 public:
  using Schemes = std::map<std::string, Scheme *>;

  // 0: no records.
  explicit Reporter(int64_t every) : every_(every) {}

  // Whether a record is due now that a step has ended; the same on every rank.
  bool due(const Clock &ended);

  // Adds up, keeps and logs a record: on the first rank, or on each where none speaks for all.
  // Collective.
  void record(const Schemes &schemes, const Clock &ended, const Communicator &communicator,
              Log &log);

  // What has been counted up to now is not news; of a restart. Collective.
  void begin(const Schemes &schemes, const Communicator &communicator, Log &log);

  // Puts into words what only this scheme can, for it is about to go.
  void forget(const Scheme &scheme);

  nlohmann::json history(const Schemes &schemes) const;

 private:
  using Lists = std::vector<std::vector<double>>;

  struct Totals {
    Lists counters;
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
  Part since(const Scheme &scheme, Lists totals);
  static nlohmann::json told(const Scheme &scheme, const Part &part);
  void keep(Record record);
  void thin();

  int64_t every_;
  bool ended_any_ = false;
  int64_t last_ = 0, steps_ = 0;  // the last step that ended, and how many since the last record
  bool told_differ_ = false;
  std::map<std::string, Totals> before_;
  std::vector<Record> records_;
};

}  // namespace hyb
