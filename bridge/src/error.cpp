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

}  // namespace

void fail(int32_t status, const std::string &message) { throw Error(status, message); }

void mismatch(int32_t status, const std::string &what, const std::string &expected,
              const std::string &found) {
  fail(status, what + ": expected " + expected + ", found " + found);
}

int32_t report_failure(const char *function) noexcept {
  try {
    throw;
  } catch (const Error &error) {
    return store(function, error.status(), error.what());
  } catch (const std::bad_alloc &) {
    return store(function, HYB_ERROR_MEMORY, "out of memory");
  } catch (const std::exception &error) {
    return store(function, HYB_ERROR_INTERNAL, error.what());
  } catch (...) {
    return store(function, HYB_ERROR_INTERNAL, "an exception of unknown type");
  }
}

Error current_error() {
  try {
    throw;
  } catch (const Error &error) {
    return error;
  } catch (const std::bad_alloc &) {
    return {HYB_ERROR_MEMORY, "out of memory"};
  } catch (const std::exception &error) {
    return {HYB_ERROR_INTERNAL, error.what()};
  } catch (...) {
    return {HYB_ERROR_INTERNAL, "an exception of unknown type"};
  }
}

const char *last_error() noexcept { return last_error_text; }

}  // namespace hyb
