// SPDX-License-Identifier: BSD-3-Clause
// The low-level interface: matrices straight into the network.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "buffer.hpp"
#include "emulator.hpp"

namespace hyb {

class DirectEmulator {
 public:
  explicit DirectEmulator(const EmulatorConfig &config);

  const Card &card() const { return emulator_.card(); }
  const std::string &about() const { return about_; }  // JSON

  // x (sample, feature) and y (sample, output), physical values. In place where they are one batch
  // that needs no padding, contiguous, aligned, and not normalised; else through a copy. Any number
  // of threads may run it at once.
  void run(const hyb_view &x, const hyb_view &y);

 private:
  struct Workspace {
    Buffer in, out;
  };
  class Lent;  // one of those below, for a time

  void run_copied(const HostArray &x, const HostArray &y);

  Emulator emulator_;
  const std::string about_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Workspace>> workspaces_;  // not in use
  size_t made_ = 0;
};

}  // namespace hyb
