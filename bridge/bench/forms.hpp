// SPDX-License-Identifier: BSD-3-Clause
// The forms that a host's loop over its blocks may have. All columns of x go through the scheme.
#pragma once

#include <memory>

#include "contest.hpp"
#include "team.hpp"

namespace hybrid_bench {

using SharedHost = std::shared_ptr<const Host>;

std::unique_ptr<Contender> one_call(SharedHost host, const Network &network, const HostArrays &x);

// Each thread takes blocks of its own through all verbs.
std::unique_ptr<Contender> one_loop(SharedHost host, const Network &network, const HostArrays &x,
                                    int64_t block, int threads);

// All blocks are put and run in a first loop, and taken in a second one.
std::unique_ptr<Contender> two_loops(SharedHost host, const Network &network, const HostArrays &x,
                                     int64_t block, int threads);

}  // namespace hybrid_bench
