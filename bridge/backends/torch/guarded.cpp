// SPDX-License-Identifier: BSD-3-Clause
#include "guarded.hpp"

namespace hybrid_torch {
namespace {

std::string trimmed(const std::string &text) {
  const size_t last = text.find_last_not_of(" \n");
  return last == std::string::npos ? "" : text.substr(0, last + 1);
}

}  // namespace

// TorchScript's errors hold the call stack twice (serialized and original code) and end with the
// cause. Kept are the cause and the innermost frame of the original code.
std::string short_text(const std::string &what) {
  const std::string text = trimmed(what);
  const size_t frame = text.rfind("\n  File \""), cause = text.rfind('\n');
  if (frame == std::string::npos || cause <= frame) return text;
  return text.substr(cause + 1) + text.substr(frame, cause - frame);
}

bool is_out_of_memory(const std::exception &error) {
  if (dynamic_cast<const c10::OutOfMemoryError *>(&error)) return true;
  const std::string text = error.what();
  for (const char *words : {" out of memory", "STATUS_ALLOC_FAILED", "can't allocate memory"})
    if (text.find(words) != std::string::npos) return true;
  return false;
}

Failure translated(const std::exception &error, const char *context) {
  const auto *torch = dynamic_cast<const c10::Error *>(&error);
  const std::string text = torch ? torch->what_without_backtrace() : error.what();
  return {is_out_of_memory(error) ? HYB_ERROR_MEMORY : HYB_ERROR_BACKEND,
          context + short_text(text)};
}

}  // namespace hybrid_torch
