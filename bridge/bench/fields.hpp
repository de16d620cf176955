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
  double low, high;        // values of inputs are drawn between them, as the network sees them
  std::vector<double> offset, scale;  // of each row, if it sees (value - offset) / scale

  int64_t rows() const;
};

struct Network {
  std::string name;
  std::vector<Field> inputs, outputs;
  int32_t orientation;  // of its levels, and so of the host's
};

std::vector<Field> fields_of(const nlohmann::json &jobs);

Network network_of(const nlohmann::json &job);

int64_t rows_of(const std::vector<Field> &fields);

// Arrays (column, level, species, block) for the fields, as hosts with blocks of columns (NPROMA)
// hold them: for each block a matrix [rows][block] of real64, columns fastest; flags use the
// first half of their rows. One block is one array for all columns.
class HostArrays {
 public:
  HostArrays(const std::vector<Field> &fields, int64_t ncol) : HostArrays(fields, ncol, ncol) {}
  HostArrays(const std::vector<Field> &fields, int64_t ncol, int64_t block);

  void draw();  // the same values every time; of one block
  void copy(const HostArrays &other);  // whatever the blocks of both
  void set(size_t field, int64_t column, double value);  // at all levels, of a real field
  void clear() { std::fill(values_.begin(), values_.end(), 0.0); }
  // Columns from `first`, from 0, of one block.
  hyb_view view(size_t field, int64_t first, int64_t ncol);

  const std::vector<Field> &fields() const { return fields_; }
  const std::vector<double> &values() const { return values_; }
  double *data() { return values_.data(); }
  int64_t ncol() const { return ncol_; }

 private:
  std::vector<Field> fields_;
  std::vector<int64_t> start_;  // first row of each field
  char *address(size_t field, int64_t row, int64_t column);
  void to_physical(const Field &field, double *values) const;

  int64_t ncol_, block_, rows_;
  std::vector<double> values_;
};

}  // namespace hybrid_bench
