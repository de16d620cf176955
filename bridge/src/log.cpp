// SPDX-License-Identifier: BSD-3-Clause
#include "log.hpp"

#include <cerrno>
#include <cstring>

#include "error.hpp"
#include "text.hpp"

namespace hyb {

Log::Log(const hyb_host &host, const std::string &path)
    : handler_(host.log), data_(host.log_data) {
  if (path.empty()) return;
  file_ = std::fopen(path.c_str(), "a");
  if (!file_)
    mismatch(HYB_ERROR_CONFIG, "log " + in_quotes(path), "a file that can be written",
             std::strerror(errno));
}

Log::~Log() {
  if (file_) std::fclose(file_);
}

void Log::forget_handler() {
  const std::lock_guard<std::mutex> lock(mutex_);
  handler_ = nullptr;
}

void Log::write(int32_t level, const std::string &text) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (handler_) handler_(level, text.c_str(), data_);
  if (!file_) return;
  constexpr const char *words[] = {"", "info", "warning", "error"};
  std::fprintf(file_, "%s: %s\n", words[level], text.c_str());
  std::fflush(file_);
}

}  // namespace hyb
