// SPDX-License-Identifier: BSD-3-Clause
#include "objections.hpp"

namespace hyb {
namespace {

bool power_of_ten(int64_t n) {
  while (n % 10 == 0) n /= 10;
  return n == 1;
}

}  // namespace

void Objections::add(const std::string &sort, Policy policy, const std::function<std::string()> &text) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const int64_t count = ++counts_[sort];
  if (policy == Policy::stop && stop_.empty()) stop_ = text();
  if (!power_of_ten(count)) return;
  const std::string often =
      count == 1 ? "; told again at the 10th, 100th, ... time" : "; " + std::to_string(count) +
                                                                     " times so far";
  log(policy, text() + often);
}

void Objections::tell(Policy policy, const std::string &text) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (policy == Policy::stop && stop_.empty()) stop_ = text;
  log(policy, text);
}

void Objections::log(Policy policy, const std::string &text) {
  if (policy == Policy::stop)
    log_.error(text);
  else
    log_.warning(text);
}

std::string Objections::stop() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return stop_;
}

}  // namespace hyb
