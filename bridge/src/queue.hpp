// SPDX-License-Identifier: BSD-3-Clause
// Blocks that were submitted and whose inference is due at the latest when somebody asks for their
// results.
#pragma once

#include <memory>

#include "block.hpp"
#include "emulator.hpp"

namespace hyb {

class Queue {
 public:
  virtual ~Queue() = default;

  // Lends a block memory that it may need.
  virtual void prepare(Block &) {}

  // Submits a complete block.
  virtual void add(Block &block) = 0;

  // Returns when a block is not pending any more.
  virtual void finish(Block &block) = 0;

  // Forgets a block that is pending, and lets go of its results.
  virtual void forget(Block &block) = 0;
};

// On the threads of the host, or through batches in flight where the backend has them.
std::unique_ptr<Queue> make_queue(const Emulator &emulator);

}  // namespace hyb
