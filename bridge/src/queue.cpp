// SPDX-License-Identifier: BSD-3-Clause
#include "queue.hpp"

#include "device_queue.hpp"
#include "host_queue.hpp"

namespace hyb {

std::unique_ptr<Queue> make_queue(const Emulator &emulator) {
  if (emulator.in_flight() > 0) return std::make_unique<DeviceQueue>(emulator);
  return std::make_unique<HostQueue>(emulator);
}

}  // namespace hyb
