// SPDX-License-Identifier: BSD-3-Clause
// What an emulator file holds: a network that computes on one device.
#pragma once

#include <memory>
#include <string>

#include "hybrid_plugin.h"

namespace hybrid_torch {

class Module {
 public:
  virtual ~Module() = default;

  const std::string &card() const { return card_; }

  // Told what the card says. Settles how it computes, for good.
  virtual void bind(const hyb_signature &signature) = 0;

  // Both matrices lie on the module's device. Any number of threads at once.
  virtual void run(const hyb_matrices &matrices) = 0;

 protected:
  std::string card_;
};

}  // namespace hybrid_torch
