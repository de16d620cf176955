// SPDX-License-Identifier: BSD-3-Clause
#include "communicator.hpp"

#include "rank.hpp"

namespace hyb {

Communicator::Communicator(const hyb_host &host) : rank_(rank_of(host)) {}

void Communicator::sum(int64_t *, int64_t) const {}
void Communicator::max(int64_t *, int64_t) const {}

}  // namespace hyb
