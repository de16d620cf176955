// SPDX-License-Identifier: BSD-3-Clause
// Statistics as variables with dimensions, for tools that read NetCDF: `total/SCHEME/...` are this
// process's so far, `history/SCHEME/...` the records over time; `statistics` is the JSON itself.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "hybrid_plugin.h"

namespace hyb {

class StatisticsTable {
 public:
  explicit StatisticsTable(const std::string &statistics);

  // Points into this.
  hyb_table contents() const;

 private:
  struct Variable {
    std::string name, unit, about;
    int32_t kind = HYB_REAL64;
    std::vector<std::string> dimensions = {};
    std::vector<int64_t> extents = {};
    std::vector<double> values = {};
    std::string letters = {};
  };
  // Of one variable, at each time.
  struct Series {
    std::string unit, dimension;
    std::vector<std::vector<double>> values;
  };

  void add_letters(const std::string &name, const std::vector<std::string> &texts);
  void add_clock(const nlohmann::json &history);
  void add_schemes(const std::string &group, const std::vector<const nlohmann::json *> &times);
  void add(const std::string &name, const Series &series, bool timed);
  void list();

  std::deque<Variable> variables_;
  std::vector<hyb_table_variable> listed_;
  std::vector<hyb_attribute> attributes_;
};

}  // namespace hyb
