// SPDX-License-Identifier: BSD-3-Clause
// A backend as the core uses it, for tests: loads the plug-in, and holds the floating-point
// environment around every entry.
#pragma once

#include <dlfcn.h>

#include <cfenv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "hybrid_plugin.h"

namespace test {

class FloatingPointGuard {
 public:
  FloatingPointGuard() {
    std::fegetenv(&saved_);
    std::fesetenv(FE_DFL_ENV);
  }
  ~FloatingPointGuard() { std::fesetenv(&saved_); }

 private:
  std::fenv_t saved_;
};

// The plug-in and the folder of emulators are named by the build.
inline const char *variable(const char *name) {
  const char *value = std::getenv(name);
  if (!value) std::fprintf(stderr, "%s is not set\n", name);
  return value ? value : "";
}

inline const hyb_backend *load_backend(const char *path) {
  const FloatingPointGuard guard;
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    std::fprintf(stderr, "%s\n", dlerror());
    std::exit(1);
  }
  const auto entry = reinterpret_cast<hyb_plugin_function>(dlsym(library, "hyb_plugin"));
  return reinterpret_cast<const hyb_backend *>(entry());
}

// A packed signature, warmed up for `samples`.
struct Shape {
  int64_t nfeature, noutput;
  std::vector<int64_t> samples = {16};
  int32_t kind = HYB_REAL32;
  double tolerance = 0.0;
  int64_t declared = 0;
};

inline hyb_signature signature_of(const Shape &shape) {
  return {sizeof(hyb_signature), shape.kind, 1, shape.nfeature, shape.noutput, 0, 0, nullptr,
          nullptr, shape.samples.data(), static_cast<int32_t>(shape.samples.size()),
          shape.tolerance, shape.declared};
}

constexpr hyb_backend_options default_options = {sizeof(hyb_backend_options), "", "cpu", "float32",
                                                 "", "emulate", 1, 0, nullptr};

// One network; every step's status and message are kept.
struct Network {
  explicit Network(const hyb_backend *backend) : backend(backend) {}
  Network(const Network &) = delete;
  Network &operator=(const Network &) = delete;
  ~Network() {
    const FloatingPointGuard guard;
    if (handle) backend->close(handle);
  }

  int32_t open(const std::string &path, hyb_backend_options options) {
    const FloatingPointGuard guard;
    return backend->open(path.c_str(), &options, &handle, &card, &message);
  }
  int32_t open(const std::string &path) { return open(path, default_options); }
  int32_t prepare_with(const hyb_signature &signature) {
    if (!handle) return HYB_ERROR_PHASE;
    const FloatingPointGuard guard;
    return backend->prepare(handle, &signature, &plan, &message);
  }
  int32_t prepare(const Shape &shape) { return prepare_with(signature_of(shape)); }

  // x is [nfeature][ld], y [noutput][ld].
  template <class Real>
  int32_t run(const std::vector<Real> &x, std::vector<Real> &y, int64_t nsample, int64_t ld) {
    if (!handle) return HYB_ERROR_PHASE;
    const FloatingPointGuard guard;
    const hyb_matrices matrices = {sizeof(hyb_matrices), nsample, ld, x.data(), y.data()};
    return backend->run(handle, &matrices, &message);
  }

  const hyb_backend *backend;
  void *handle = nullptr;
  const char *card = nullptr;
  hyb_plan plan = [] {
    hyb_plan empty{};
    empty.size = sizeof empty;
    return empty;
  }();
  hyb_message message{};
};

// Resident memory of this process [KiB].
inline long resident_memory() {
  long pages = 0, resident = 0;
  std::FILE *file = std::fopen("/proc/self/statm", "r");
  if (file && std::fscanf(file, "%ld %ld", &pages, &resident) != 2) resident = 0;
  if (file) std::fclose(file);
  return resident * 4;
}

}  // namespace test
