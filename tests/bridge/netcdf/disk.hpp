// SPDX-License-Identifier: BSD-3-Clause
// A disk that can be made slow, full or broken: HDF5 finds this pwrite instead of the C library's
// because the test is linked with its symbols exported. Include it in one file per test.
#pragma once

#include <dlfcn.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <limits>
#include <string>
#include <thread>

struct Disk {
  std::atomic<long> room{std::numeric_limits<long>::max()};  // bytes until writes fail
  std::atomic<int> error{ENOSPC};
  std::atomic<int> microseconds{0};  // of one write
  std::atomic<bool> hangs{false};
  std::atomic<long> writes{0};
};
inline Disk disk;

// Memory is no disk.
inline bool is_memory(int descriptor) {
  char name[16] = {};
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  return readlink(link.c_str(), name, sizeof name - 1) > 0 && !std::strncmp(name, "/memfd:", 7);
}

inline ssize_t write_on(Disk &device, int descriptor, const void *data, size_t size, off_t offset) {
  using Function = ssize_t (*)(int, const void *, size_t, off_t);
  static const auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "pwrite64"));
  if (is_memory(descriptor)) return real(descriptor, data, size, offset);
  ++device.writes;
  while (device.hangs) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  if (device.microseconds > 0)
    std::this_thread::sleep_for(std::chrono::microseconds(device.microseconds));
  if (device.room.fetch_sub(static_cast<long>(size)) < static_cast<long>(size)) {
    device.room = 0;
    errno = device.error;
    return -1;
  }
  return real(descriptor, data, size, offset);
}

// HDF5 may have been built to call either name; the headers turn the first into the second.
extern "C" {
ssize_t hooked_pwrite(int, const void *, size_t, off_t) __asm__("pwrite");
ssize_t hooked_pwrite64(int, const void *, size_t, off_t) __asm__("pwrite64");

ssize_t hooked_pwrite(int descriptor, const void *data, size_t size, off_t offset) {
  return write_on(disk, descriptor, data, size, offset);
}
ssize_t hooked_pwrite64(int descriptor, const void *data, size_t size, off_t offset) {
  return write_on(disk, descriptor, data, size, offset);
}
}
