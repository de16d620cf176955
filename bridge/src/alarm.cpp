// SPDX-License-Identifier: BSD-3-Clause
#include "alarm.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace hyb {

using nlohmann::json;

namespace {

// Few audits may agree by chance, and errors change with the season: the deviation is at least half
// of the mean, so that an alarm is about an emulator that has become much worse.
constexpr double least_deviation = 0.5;
// Native standard deviations. What is beyond is no emulator's usual error, but one bad value.
constexpr double most_score = 1e6;

bool usable(double score) { return score <= most_score; }

}  // namespace

double CumulativeSum::deviation() const {
  const double found = n_ > 1 ? std::sqrt(squares_ / static_cast<double>(n_ - 1)) : 0;
  return std::max({found, least_deviation * std::fabs(mean_), 1e-12});
}

void CumulativeSum::add(double value, const AlarmConfig &config) {
  if (n_ < config.learn && usable(value)) {  // Welford's mean and squares
    const double before = value - mean_;
    mean_ += before / static_cast<double>(++n_);
    squares_ += before * (value - mean_);
    return;
  }
  // One audit alone is no lasting change, however far it is out.
  const double most = 0.5 * config.threshold;
  const double above = usable(value) ? std::min(standardised(value) - config.slack, most) : most;
  sum_ = std::max(0.0, sum_ + above);
}

json CumulativeSum::json() const {
  return {{"mean", mean_}, {"deviation", deviation()}, {"sum", sum_}};
}

void CumulativeSum::state(State &state, const std::string &name) {
  state.number(name + "/n", n_);
  state.number(name + "/mean", mean_);
  state.number(name + "/squares", squares_);
  state.number(name + "/sum", sum_);
}

std::string CumulativeSum::told(const char *name, double found) const {
  std::ostringstream text;
  text << name << ": expected " << mean_ << " on average, found " << found << " (sum " << sum_ << ")";
  return text.str();
}

std::string Alarm::add(const Score &score, double elapsed) {
  if (!score.valid) return "";
  last_ = score;
  ++audits_;
  if (elapsed < config_.start) return "";
  if (raised()) return recover(score);
  error_.add(score.error, config_);
  bias_.add(score.bias, config_);
  const bool alarming = error_.beyond(config_.threshold) || bias_.beyond(config_.threshold);
  return alarming ? raise(score) : "";
}

std::string Alarm::raise(const Score &score) {
  raised_ = 1;
  ++alarms_;
  quiet_ = 0;
  std::ostringstream text;
  text << "alarm of the audit after " << audits_ << " audits, threshold " << config_.threshold
       << ", in native standard deviations: ";
  const bool error = error_.beyond(config_.threshold), bias = bias_.beyond(config_.threshold);
  if (error) text << error_.told("error", score.error);
  if (bias) text << (error ? "; " : "") << bias_.told("bias", score.bias);
  return text.str();
}

std::string Alarm::recover(const Score &score) {
  const bool good =
      error_.quiet(score.error, config_.slack) && bias_.quiet(score.bias, config_.slack);
  quiet_ = good ? quiet_ + 1 : 0;
  if (quiet_ < config_.recover) return "";
  raised_ = 0;
  error_.forget();
  bias_.forget();
  return "the audit's score has recovered; the alarm is over";
}

json Alarm::json() const {
  return {{"audits", audits_},
          {"alarms", alarms_},
          {"raised", raised()},
          {"threshold", config_.threshold},
          {"last", {{"error", last_.error}, {"bias", last_.bias}}},
          {"error", error_.json()},
          {"bias", bias_.json()}};
}

json Alarm::learned_with() const {
  return {{"learn", config_.learn},
          {"slack", config_.slack},
          {"threshold", config_.threshold},
          {"start", config_.start}};
}

void Alarm::state(State &state) {
  error_.state(state, "error");
  bias_.state(state, "bias");
  state.number("audits", audits_);
  state.number("raised", raised_);
  state.number("quiet", quiet_);
  state.number("alarms", alarms_);
  state.number("last/error", last_.error);
  state.number("last/bias", last_.bias);
}

}  // namespace hyb
