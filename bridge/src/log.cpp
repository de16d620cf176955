// SPDX-License-Identifier: BSD-3-Clause
#include "log.hpp"

#include <errno.h>  // also the name of the program

#include <cstring>
#include <ctime>

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
  if (file_) return true;
  file_ = std::fopen(path_.c_str(), "a");
  if (file_) begin();
  return file_ != nullptr;
}

// The file has the lines of other runs, too.
void Log::begin() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  char date[32] = "";
  if (gmtime_r(&now, &utc)) std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &utc);
  std::fprintf(file_, "---- %s: run of %s, pyhybrid %s\n", date,
               in_quotes(program_invocation_short_name).c_str(), HYB_VERSION);
  std::fflush(file_);
}

Log::~Log() {
  if (file_) std::fclose(file_);
}

void Log::forget_handler() {
  const std::lock_guard<std::mutex> lock(mutex_);
  handler_ = nullptr;
}

void Log::shout(const std::string &text) {
  warning(text);
  if (!handler_) std::fprintf(stderr, "pyhybrid: warning: %s\n", text.c_str());
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
