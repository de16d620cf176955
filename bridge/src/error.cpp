// SPDX-License-Identifier: BSD-3-Clause
#include "error.hpp"

#include <cstdio>
#include <new>

namespace hyb {
namespace {

// Of fixed size, so that running out of memory can still be reported.
thread_local char last_error_text[8192] = "";

int32_t store(const char *function, int32_t status, const char *text) noexcept {
  std::snprintf(last_error_text, sizeof last_error_text, "%s: %s", function, text);
  return status;
}

// What f makes of the exception in flight: its status and its text.
template <class F>
auto with_current(F &&f) {
  try {
    throw;
  } catch (const Error &error) {
    return f(error.status(), error.what());
  } catch (const std::bad_alloc &) {
    return f(HYB_ERROR_MEMORY, "out of memory");
  } catch (const std::exception &error) {
    return f(HYB_ERROR_INTERNAL, error.what());
  } catch (...) {
    return f(HYB_ERROR_INTERNAL, "an exception of unknown type");
  }
}

}  // namespace

void fail(int32_t status, const std::string &message) { throw Error(status, message); }

void mismatch(int32_t status, const std::string &what, const std::string &expected,
              const std::string &found) {
  fail(status, what + ": expected " + expected + ", found " + found);
}

int32_t report_failure(const char *function) noexcept {
  return with_current([&](int32_t status, const char *text) noexcept {
    return store(function, status, text);
  });
}

Error current_error() {
  return with_current([](int32_t status, const char *text) { return Error(status, text); });
}

const char *last_error() noexcept { return last_error_text; }

}  // namespace hyb
