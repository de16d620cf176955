// SPDX-License-Identifier: BSD-3-Clause
// What guards, constraints and hooks object to: told at a limited rate, and kept where it is to end
// the run.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "config_online.hpp"
#include "log.hpp"

namespace hyb {

class Objections {
 public:
  explicit Objections(Log &log) : log_(log) {}

  // `sort` is what is counted together; the 1st, 10th, 100th, … of a sort are told. Only then, or
  // where it is the first of policy stop, is the text asked for.
  void add(const std::string &sort, Policy policy, const std::function<std::string()> &text);

  // Of what is rare: always told.
  void tell(Policy policy, const std::string &text);

  // The first one of policy stop, "" if there was none.
  std::string stop() const;

 private:
  void log(Policy policy, const std::string &text);

  Log &log_;
  mutable std::mutex mutex_;
  std::map<std::string, int64_t> counts_;
  std::string stop_;
};

}  // namespace hyb
