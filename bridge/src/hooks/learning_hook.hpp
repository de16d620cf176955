// SPDX-License-Identifier: BSD-3-Clause
// Bias correction that learns from samples, of any kind: gathers them by bin and level, lets the
// kind's estimator learn, and adds its estimates.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config_online.hpp"
#include "hooks/bins.hpp"
#include "hooks/estimates.hpp"
#include "hooks/estimator.hpp"
#include "hooks/hook.hpp"
#include "hooks/moments.hpp"
#include "json_table.hpp"

namespace hyb {

// A field of a block or of samples that the estimate depends on.
struct Predictor {
  std::string name;
  bool output = false;
  size_t place = 0;
};

// What is the same for all kinds, read from the hook's own keys.
struct LearningOptions {
  std::string kind, where, unit;  // the unit of the output
  double time_scale = 0;  // [s]
  double largest = 0;     // samples beyond are skipped, in the unit of the output
  double reach = 0;       // of predictors, in standard deviations
  std::vector<Predictor> predictors;
};

class LearningHook : public Hook {
 public:
  LearningHook(LearningOptions options, Bins bins, std::unique_ptr<Estimator> estimator);

  void apply(const BlockValues &values, std::vector<FieldValues> &increments,
             std::vector<uint8_t> &veto) const override;
  Predictors predictors() const override;
  size_t sums(const Samples &samples) override;
  void collect(const Samples &samples, Adder &adder) const override;
  void update(const Samples &samples, const std::vector<double> &totals) override;
  void state(State &state) override;
  nlohmann::json describe() const override;

 private:
  int64_t sums_per_row() const { return bins_.by_column() ? 1 : bins_.size() * moments_.nsum(); }
  void resize(int64_t nrow);
  void check_rows(const FieldValues &values) const;
  template <class Visit>
  void for_each_sample(const Samples &samples, Visit &&visit) const;
  void update_columns(const Samples &samples);
  void update_bins(double now, const std::vector<double> &totals);
  void merge(int64_t cell, const double *sums, int64_t stride, double now);
  void apply_chunk(const BlockValues &values, int64_t first, double time,
                   FieldValues &added) const;
  void check_layout(State &state) const;
  void visit_cells(State &state);
  void make_estimates();
  nlohmann::json describe_row(int64_t row) const;

  LearningOptions options_;
  Bins bins_;
  std::unique_ptr<Estimator> estimator_;
  Moments moments_;
  Estimates estimates_;
  int64_t nrow_ = 0;    // levels times species; 0: not known yet
  double skipped_ = 0;  // samples, over all ranks
};

}  // namespace hyb
