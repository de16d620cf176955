// SPDX-License-Identifier: BSD-3-Clause
// An emulator file opened by its backend, run in tiles of sizes that are fixed when it is loaded,
// so that a column's result does not depend on which columns it is computed with.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "card.hpp"
#include "config.hpp"
#include "hybrid_plugin.h"

namespace hyb {

class Emulator {
 public:
  Emulator(const EmulatorConfig &config, const std::string &plugin_folders);
  ~Emulator();
  Emulator(const Emulator &) = delete;
  Emulator &operator=(const Emulator &) = delete;

  const Card &card() const { return card_; }
  const std::string &path() const { return path_; }

  // The largest number of samples that run at once.
  int64_t tile() const { return sizes_.back(); }

  // The number of samples that a batch of `nsample` has to be padded to.
  int64_t padded(int64_t nsample) const;

  // x is [nfeature][ld] and y [noutput][ld], samples fastest, of the card's kind; both hold
  // padded(nsample) samples. Any number of threads may run it at once.
  void run(const void *x, void *y, int64_t ld, int64_t nsample) const;

 private:
  void prepare();
  int64_t size_for(int64_t nsample) const;
  void run_tile(const void *x, void *y, int64_t ld, int64_t begin, int64_t count) const;

  std::string path_;
  std::vector<int64_t> sizes_;  // of the batches that the backend was told of, ascending
  const hyb_backend *backend_ = nullptr;
  void *network_ = nullptr;
  Card card_;
};

}  // namespace hyb
