// SPDX-License-Identifier: BSD-3-Clause
// Where a domain's log lines go: the host's handler and, if configured, a file. With neither,
// warnings and errors go to hybrid.<rank>.log, which is made when there is one. Never to the
// standard streams, but for what `shout` says.
#pragma once

#include <cstdio>
#include <mutex>
#include <string>

#include "hybrid.h"

namespace hyb {

class Log {
 public:
  Log(const hyb_host &host, const std::string &path, int32_t rank);
  ~Log();
  Log(const Log &) = delete;
  Log &operator=(const Log &) = delete;

  void info(const std::string &text) { write(HYB_LOG_INFO, text); }
  void warning(const std::string &text) { write(HYB_LOG_WARNING, text); }
  void error(const std::string &text) { write(HYB_LOG_ERROR, text); }

  // A warning that a run without a handler shows on standard error too: it is not the run that its
  // configuration asks for, and nobody reads the log of a run that ended well.
  void shout(const std::string &text);

  void forget_handler();

 private:
  void write(int32_t level, const std::string &text);
  bool open();
  void begin();

  hyb_log_handler handler_;
  void *data_;
  bool configured_;
  std::string path_;
  std::FILE *file_ = nullptr;
  std::mutex mutex_;
};

}  // namespace hyb
