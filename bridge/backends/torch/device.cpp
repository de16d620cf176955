// SPDX-License-Identifier: BSD-3-Clause
#include "device.hpp"

#include <ATen/Context.h>
#include <ATen/DeviceAccelerator.h>
#include <ATen/core/Tensor.h>
#include <dlfcn.h>

#include <filesystem>
#include <optional>

#include "failure.hpp"

namespace hybrid_torch {
namespace {

bool has_gpu() {
  std::error_code ignored;
  for (const char *node : {"/dev/nvidiactl", "/dev/kfd", "/dev/dri/renderD128"})
    if (std::filesystem::exists(node, ignored)) return true;
  return false;
}

// libtorch.so depends on the libraries of all devices that Torch was built for, and does nothing
// else. This plug-in links the CPU's only: those of a GPU take seconds and gigabytes. But Torch
// looks for its devices once, maybe while it loads a network for the CPU: where there is a GPU they
// have to be there by then. Without them there is no accelerator, which is what is said then.
void load_accelerators() {
  Dl_info info;
  const auto inside = reinterpret_cast<const void *>(&at::accelerator::deviceCount);
  if (!dladdr(inside, &info) || !info.dli_fname) return;
  const auto folder = std::filesystem::path(info.dli_fname).parent_path();
  dlopen((folder / "libtorch.so").c_str(), RTLD_NOW | RTLD_LOCAL);
}

std::string type_name(c10::DeviceType type) { return c10::DeviceTypeName(type, true); }

// "cpu, auto, cuda:0, cuda:1".
std::string known_devices(c10::DeviceIndex count) {
  std::string text = "cpu or auto";
  for (c10::DeviceIndex index = 0; index < count; ++index)
    text += ", " + type_name(*at::getAccelerator()) + ":" + std::to_string(index);
  return count > 0 ? text : text + " (this Torch finds no accelerator)";
}

// Torch's own message for a name that it does not know lists all that exist anywhere.
std::optional<c10::Device> parsed(const std::string &name) try {
  return c10::Device(name);
} catch (const c10::Error &) {
  return std::nullopt;
}

bool is_there(const std::optional<c10::Device> &device, c10::DeviceIndex count) {
  return device && count > 0 && device->type() == *at::getAccelerator() && device->index() < count;
}

}  // namespace

Place place_of(const std::string &name, int32_t local_rank) {
  const bool cpu = name.empty() || name == "cpu" || name == "cpu:async";
  if (!cpu || has_gpu()) load_accelerators();
  if (cpu) return {c10::kCPU, name == "cpu:async"};
  const c10::DeviceIndex count = at::accelerator::deviceCount();
  if (name == "auto" && count == 0) return {};
  const std::optional<c10::Device> device =
      name == "auto" ? c10::Device(*at::getAccelerator()) : parsed(name);
  if (!is_there(device, count))
    mismatch(HYB_ERROR_CONFIG, "device of the emulator", known_devices(count), name);
  at::globalContext().lazyInitDevice(device->type());
  const auto own = static_cast<c10::DeviceIndex>((local_rank > 0 ? local_rank : 0) % count);
  return {{device->type(), device->has_index() ? device->index() : own}, true};
}

}  // namespace hybrid_torch
