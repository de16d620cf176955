// SPDX-License-Identifier: BSD-3-Clause
#include "log.hpp"

#include <cerrno>
#include <cstring>

#include "error.hpp"
#include "text.hpp"

namespace hyb {

Log::Log(const hyb_host &host, const std::string &path, int32_t rank)
    : handler_(host.log), data_(host.log_data), configured_(!path.empty()),
      path_(replaced(configured_ ? path : "hybrid.{rank}.log", "{rank}", std::to_string(rank))) {
  if (configured_ && !open())
    mismatch(HYB_ERROR_CONFIG, "log " + in_quotes(path_), "a file that can be written",
             std::strerror(errno));
}

bool Log::open() {
  if (!file_) file_ = std::fopen(path_.c_str(), "a");
  return file_ != nullptr;
}

Log::~Log() {
  if (file_) std::fclose(file_);
}

void Log::forget_handler() {
  const std::lock_guard<std::mutex> lock(mutex_);
  handler_ = nullptr;
}

void Log::write(int32_t level, const std::string &text) {
  std::unique_lock<std::mutex> lock(mutex_);
  const hyb_log_handler handler = handler_;
  if (handler) {
    lock.unlock();  // it may enter the library again
    handler(level, text.c_str(), data_);
    lock.lock();
  }
  const bool wanted = configured_ || (!handler && level > HYB_LOG_INFO);
  if (!wanted || !open()) return;
  constexpr const char *words[] = {"", "info", "warning", "error"};
  std::fprintf(file_, "%s: %s\n", words[level], text.c_str());
  std::fflush(file_);
}

}  // namespace hyb
