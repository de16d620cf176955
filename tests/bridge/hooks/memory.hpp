// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <map>

#include "synthetic.hpp"

// A restart in memory: shared arrays, and those by column under their global numbers.
class Memory : public hyb::State {
 public:
  explicit Memory(const Columns *columns) : columns_(columns) {}

  void load_into(const Columns *columns) {
    columns_ = columns;
    loading_ = true;
  }
  void shared(const std::string &name, std::vector<double> &values) override {
    if (loading_)
      values = shared_.at(name);
    else
      shared_[name] = values;
  }
  void columns(const std::string &name, std::vector<double> &values) override {
    const size_t ncol = static_cast<size_t>(columns_->size());
    std::vector<double> &global = by_column_[name];
    if (!loading_) global.assign(values.size() / ncol * ncolumn, 0);
    values.resize(global.size() / ncolumn * ncol);
    for (size_t i = 0; i < values.size(); ++i) {
      const size_t column = static_cast<size_t>((*columns_)[static_cast<int64_t>(i % ncol)]);
      double &there = global[i / ncol * ncolumn + column];
      (loading_ ? values[i] : there) = loading_ ? there : values[i];
    }
  }
  std::map<std::string, std::vector<double>> shared_, by_column_;

 private:
  const Columns *columns_;
  bool loading_ = false;
};
