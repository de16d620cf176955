// SPDX-License-Identifier: BSD-3-Clause
// What is to become of each column of a block: how much of its result is the emulator's.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace hyb {

class Verdict {
 public:
  // All columns are the emulator's.
  void begin(int64_t ncol) {
    ncol_ = ncol;
    clean_ = true;
  }

  // Some native result is needed.
  bool clean() const { return clean_; }

  // 1: emulated, 0: native.
  double weight(int64_t column) const {
    return clean_ ? 1 : weights_[static_cast<size_t>(column)];
  }

  void limit(int64_t column, double weight) {
    if (weight >= 1) return;
    if (clean_) weights_.assign(static_cast<size_t>(ncol_), 1.0);
    clean_ = false;
    double &own = weights_[static_cast<size_t>(column)];
    own = std::min(own, weight);
  }
  void reject(int64_t column) { limit(column, 0); }
  void reject_all() {
    weights_.assign(static_cast<size_t>(ncol_), 0.0);
    clean_ = ncol_ == 0;
  }

  int64_t ncol() const { return ncol_; }
  int64_t rejected() const {
    return clean_ ? 0 : std::count(weights_.begin(), weights_.end(), 0.0);
  }

 private:
  int64_t ncol_ = 0;
  bool clean_ = true;
  std::vector<double> weights_;
};

}  // namespace hyb
