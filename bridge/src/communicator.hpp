// SPDX-License-Identifier: BSD-3-Clause
// The ranks of a domain. The library links no MPI and never initialises it: the one that the host
// has is found in the process.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "host_mpi.hpp"
#include "hybrid.h"

namespace hyb {

class Communicator {
 public:
  // Without a communicator of the host the process is alone. Fails for one that it is not part of.
  explicit Communicator(const hyb_host &host);

  int32_t rank() const { return rank_; }
  int32_t size() const { return size_; }

  // Do `sum` and `max` go over all ranks? If not, they are this process's own, and `why` says
  // why; whoever needs them has to tell the user.
  bool reduces() const { return why_.empty(); }
  const std::string &why() const { return why_; }

  // Is this the rank that speaks for all, or a process that has no others to speak for?
  bool leads() const { return rank_ == 0 || !reduces(); }

  // Over all ranks, in place. Collective: every rank comes here with the same n, in the same order.
  void sum(int64_t *values, int64_t n) const;
  void max(int64_t *values, int64_t n) const;

  // Fails if one of them did, whoever was told of it. MPI cannot be used any more then.
  void check() const;

  // Whether all ranks have the same text. Collective.
  bool same(const std::string &text) const;

  // From now on the process is alone, because of `why`.
  void leave(const std::string &why);

  // The text of the first rank that has one, at most 1000 letters of it; "" if none has. Collective.
  std::string first_text(const std::string &own) const;

 private:
  void ask(int32_t comm);
  template <class Reduce>
  void in_parts(int64_t *values, int64_t n, Reduce reduce) const;

  int32_t rank_ = 0, size_ = 1;
  std::shared_ptr<const HostMpi> mpi_;  // null where nothing is to be reduced
  std::string why_;
};

}  // namespace hyb
