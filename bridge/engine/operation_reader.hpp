// SPDX-License-Identifier: BSD-3-Clause
// One operation of a network file: its operands and attributes, each checked and used up.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "graph.hpp"

namespace hybrid_builtin {

// Of a value: far more than a column has, and no count of them overflows.
constexpr int64_t most_rows = int64_t{1} << 22;

// Of the values that exist so far.
struct ValueInfo {
  int64_t rows;
  Kind kind;
};

class OperationReader {
 public:
  OperationReader(const TensorFile &file, const nlohmann::json &table, size_t number,
                  const std::vector<ValueInfo> &values);

  const std::string &name() const { return name_; }
  const std::string &op() const { return op_; }
  // Of the values among the operands; they agree.
  Kind kind() const { return kind_; }

  size_t noperand() const { return in_.size(); }
  void need_operands(size_t least, size_t most) const;
  Rows rows(size_t operand) const;        // which must be a value
  Operand operand(size_t operand) const;  // of any form
  int64_t rows_of(const Operand &operand) const;

  // A tensor of these extents (-1: any) and the dtype of kind(), or of `dtype`.
  const Tensor *tensor(const std::string &key, const std::vector<int64_t> &shape);
  const Tensor *optional_tensor(const std::string &key, const std::vector<int64_t> &shape);
  // One whole number for each of `count` rows (-1: any), from `least` to `most`.
  const Tensor *index(const std::string &key, int64_t count, int64_t least, int64_t most);

  int64_t integer(const std::string &key, int64_t least, std::optional<int64_t> absent = {});
  double real(const std::string &key, std::optional<double> absent = {});
  bool boolean(const std::string &key);
  std::string word(const std::string &key);
  std::vector<int64_t> integers(const std::string &key, size_t count, int64_t least);

  // Fails if an attribute was not used.
  void finish() const;

  // "FILE: operation 3 'gru' (encoder.gru): what"
  std::string about(const std::string &what) const;

  // n, if rows are groups of `size`. Fails otherwise.
  int64_t groups(const Rows &x, int64_t size) const;

 private:
  const nlohmann::json *find(const std::string &key);
  const nlohmann::json &need(const std::string &key);
  const Tensor *named(const std::string &what, const std::string &name) const;
  const Tensor *shaped(const std::string &key, const std::string &name, Dtype dtype,
                       const std::vector<int64_t> &shape) const;
  Operand read_operand(const nlohmann::json &entry);
  Rows read_rows(const nlohmann::json &entry, bool whole);

  const TensorFile &file_;
  const nlohmann::json &table_;
  const size_t number_;
  const std::vector<ValueInfo> &values_;
  std::string op_, name_;
  std::vector<Operand> in_;
  Kind kind_;
  std::set<std::string> used_;
};

}  // namespace hybrid_builtin
