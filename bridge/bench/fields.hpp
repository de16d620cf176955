// SPDX-License-Identifier: BSD-3-Clause
// What a network takes and returns, and arrays of a host for it.
#pragma once

#include <hybrid.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace hybrid_bench {

struct Field {
  std::string name, unit, dims;
  int32_t role, kind;      // HYB_REAL64 for every real one
  int64_t levels, species; // 0: no such axis
  double low, high;        // values of inputs are drawn between them

  int64_t rows() const;
};

struct Network {
  std::string name;
  std::vector<Field> inputs, outputs;
};

Network network_of(const nlohmann::json &job);

int64_t rows_of(const std::vector<Field> &fields);

// Arrays (column, level, species) for the fields, one behind the other in one matrix
// [rows][ncol] of real64, columns fastest; flags use the first half of their rows.
class HostArrays {
 public:
  HostArrays(const std::vector<Field> &fields, int64_t ncol);

  void draw();  // the same values every time
  void clear() { std::fill(values_.begin(), values_.end(), 0.0); }
  hyb_view view(size_t field, int64_t first, int64_t ncol);  // columns from `first`, from 0

  const std::vector<Field> &fields() const { return fields_; }
  const std::vector<double> &values() const { return values_; }
  double *data() { return values_.data(); }
  int64_t ncol() const { return ncol_; }

 private:
  std::vector<Field> fields_;
  std::vector<int64_t> start_;  // first row of each field
  int64_t ncol_;
  std::vector<double> values_;
};

}  // namespace hybrid_bench
