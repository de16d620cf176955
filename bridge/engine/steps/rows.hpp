// SPDX-License-Identifier: BSD-3-Clause
// Steps that move rows, and steps over groups of them.
#pragma once

#include <cstring>
#include <vector>

#include "../graph.hpp"
#include "step.hpp"

namespace hybrid_builtin {

// Rows that follow each other in source and result.
struct Run {
  Place from;
  int64_t from_row, to_row, rows;
};

template <class Real>
class GatherStep : public Step {
 public:
  GatherStep(std::vector<Run> runs, std::vector<int64_t> filled, double fill, const Place &y)
      : runs_(std::move(runs)), filled_(std::move(filled)), fill_(static_cast<Real>(fill)), y_(y) {}
  void run(const Frame &frame) const override {
    for (const Run &run : runs_)
      std::copy_n(frame.at<Real>(run.from, run.from_row), run.rows * frame.columns,
                  frame.at<Real>(y_, run.to_row));
    for (const int64_t row : filled_) std::fill_n(frame.at<Real>(y_, row), frame.columns, fill_);
  }

 private:
  const std::vector<Run> runs_;
  const std::vector<int64_t> filled_;
  const Real fill_;
  const Place y_;
};

template <class Real>
class ScatterAddStep : public Step {
 public:
  ScatterAddStep(const Tensor &index, const Place &x, const Place &y, int64_t rows)
      : index_(index.as<int32_t>(), index.as<int32_t>() + index.count), x_(x), y_(y), rows_(rows) {}
  void run(const Frame &frame) const override {
    std::fill_n(frame.at<Real>(y_), rows_ * frame.columns, Real{0});
    const auto add = kernels<Real>().binary[static_cast<int>(Binary::add)];
    for (size_t i = 0; i < index_.size(); ++i) {
      if (index_[i] < 0) continue;
      Real *y = frame.at<Real>(y_, index_[i]);
      add({y, frame.columns, false},
          {frame.at<Real>(x_, static_cast<int64_t>(i)), frame.columns, false}, y,
          {1, frame.columns});
    }
  }

 private:
  const std::vector<int32_t> index_;
  const Place x_, y_;
  const int64_t rows_;
};

template <class Real>
class GroupStep : public Step {
 public:
  GroupStep(const GroupOperation &op, const Place &x, const Place &y)
      : kernel_(kernels<Real>().over_groups[static_cast<int>(op.function)]), x_(x), y_(y),
        size_(op.size), groups_(op.x.rows / op.size) {}
  void run(const Frame &frame) const override {
    kernel_(frame.at<Real>(x_), frame.at<Real>(y_), size_, {groups_, frame.columns});
  }

 private:
  typename Kernels<Real>::GroupKernel kernel_;
  const Place x_, y_;
  const int64_t size_, groups_;
};

template <class Real>
class NormalisationStep : public Step {
 public:
  NormalisationStep(const Normalisation &op, const Place &x, const Place &y)
      : op_(op), x_(x), y_(y) {}
  void run(const Frame &frame) const override {
    kernels<Real>().layer_norm(
        {op_.x.rows / op_.size, op_.size, frame.columns,
         op_.weight ? op_.weight->as<Real>() : nullptr, op_.bias ? op_.bias->as<Real>() : nullptr,
         static_cast<Real>(op_.epsilon)},
        frame.at<Real>(x_), frame.at<Real>(y_));
  }

 private:
  const Normalisation op_;
  const Place x_, y_;
};

}  // namespace hybrid_builtin
