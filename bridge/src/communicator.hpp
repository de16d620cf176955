// SPDX-License-Identifier: BSD-3-Clause
// The ranks of a domain. The library links no MPI and never initialises it: the one that the host
// has is found in the process.
#pragma once

#include <cstdint>
#include <string>

#include "hybrid.h"

namespace hyb {

class Communicator {
 public:
  // Without a communicator of the host the process is alone.
  explicit Communicator(const hyb_host &host);

  int32_t rank() const { return rank_; }
  int32_t size() const { return size_; }

  // Over all ranks, in place. Collective: every rank comes here with the same n, in the same order.
  void sum(int64_t *values, int64_t n) const;
  void max(int64_t *values, int64_t n) const;

  // The text of the first rank that has one, at most 1000 letters of it; "" if none has. Collective.
  std::string first_text(const std::string &own) const;

 private:
  int32_t rank_ = 0, size_ = 1;
};

}  // namespace hyb
