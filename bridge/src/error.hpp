// SPDX-License-Identifier: BSD-3-Clause
// Failures inside the core are exceptions; at the C boundary they become a status and a message.
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <utility>

#include "hybrid.h"

namespace hyb {

class Error : public std::exception {
 public:
  Error(int32_t status, std::string message) : status_(status), message_(std::move(message)) {}
  int32_t status() const noexcept { return status_; }
  const char *what() const noexcept override { return message_.c_str(); }

 private:
  int32_t status_;
  std::string message_;
};

[[noreturn]] void fail(int32_t status, const std::string &message);

// "<what>: expected <expected>, found <found>", the form of every message about a mismatch.
[[noreturn]] void mismatch(int32_t status, const std::string &what, const std::string &expected,
                           const std::string &found);

// The exception in flight as one of ours, whatever it is.
Error current_error();

// Stores the exception in flight as this thread's last error and returns its status.
int32_t report_failure(const char *function) noexcept;

const char *last_error() noexcept;

// The one guard around every entry: no exception leaves the library.
template <class Body>
int32_t guarded(const char *function, Body &&body) noexcept {
  try {
    body();
    return HYB_OK;
  } catch (...) {
    return report_failure(function);
  }
}

}  // namespace hyb
