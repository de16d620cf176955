// SPDX-License-Identifier: BSD-3-Clause
// The alarm of an audit by itself: what it learns from, what raises and ends it, and its restart.
#include "alarm.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "check.h"
#include "communicator.hpp"
#include "snapshot.hpp"

using hyb::Alarm;

static const double infinite = std::numeric_limits<double>::infinity();

static hyb::AlarmConfig configured() {
  hyb::AlarmConfig config;
  config.learn = 4;
  config.recover = 3;
  return config;
}

static Alarm learned(const hyb::AlarmConfig &config = configured()) {
  Alarm alarm(config);
  for (int64_t i = 0; i < config.learn; ++i)
    alarm.add({1 + 0.1 * static_cast<double>(i % 2), 0.5, true}, 0);
  return alarm;
}

// How many of such audits in a row raise the alarm; 100: none does.
static int64_t until_raised(Alarm &alarm, const hyb::Score &score) {
  for (int64_t n = 1; n < 100; ++n)
    if (!alarm.add(score, 0).empty()) return n;
  return 100;
}

static void recover(Alarm &alarm) {
  for (int i = 0; i < 3; ++i) alarm.add({1, 0.5, true}, 0);
  CHECK(!alarm.raised());
}

static void a_recovered_alarm_begins_anew() {
  const hyb::Score errors = {100, 0.5, true}, biases = {1, 100, true};
  for (const hyb::Score &bad : {errors, biases}) {
    Alarm alarm = learned();
    const int64_t first = until_raised(alarm, bad);
    CHECK_EQ(first, 3);  // half the threshold each, and it has to be passed
    recover(alarm);
    CHECK_EQ(until_raised(alarm, bad), first);
  }
}

static std::string message(const hyb::Score &bad) {
  Alarm alarm = learned();
  std::string text;
  while (text.empty()) text = alarm.add(bad, 0);
  return text;
}

static void it_says_which_sum() {
  const std::string error = message({100, 0.5, true}), bias = message({1, 100, true});
  const std::string both = message({100, 100, true});
  for (const std::string &text : {error, both}) CHECK_HAS(text.c_str(), "error: expected ");
  for (const std::string &text : {bias, both}) CHECK_HAS(text.c_str(), "bias: expected ");
  CHECK(error.find("bias") == std::string::npos && bias.find("error") == std::string::npos);
}

static void it_can_always_be_raised() {
  for (const double slack : {0.0, 1.0, 5.0, 50.0}) {
    hyb::AlarmConfig config = configured();
    config.slack = slack;
    Alarm alarm = learned(config);
    CHECK_EQ(until_raised(alarm, {1e5, 0.5, true}), 3);
  }
}

static void one_value_out_of_all_bounds_is_not_learned_from() {
  for (const double score : {infinite, std::nan(""), 1e30}) {
    Alarm alarm(configured()), other = learned();
    CHECK(alarm.add({score, score, true}, 0).empty());
    for (int64_t i = 0; i < 4; ++i)
      CHECK(alarm.add({1 + 0.1 * static_cast<double>(i % 2), 0.5, true}, 0).empty());
    CHECK(alarm.json()["error"]["mean"] == other.json()["error"]["mean"]);
    CHECK(until_raised(alarm, {100, 0.5, true}) <= 3);
    CHECK_EQ(until_raised(other, {score, score, true}), 3);
  }
}

static void it_does_not_recover_by_what_is_no_score() {
  Alarm alarm = learned();
  until_raised(alarm, {100, 100, true});
  for (int i = 0; i < 10; ++i) alarm.add({infinite, std::nan(""), true}, 0);
  CHECK(alarm.raised());
}

static Alarm restarted(Alarm &alarm) {
  const hyb::Communicator alone{hyb_host{}};
  const auto saved =
      hyb::snapshot_of([&](hyb::State &all) { alarm.state(all); }, alone, 0);
  Alarm other(configured());
  hyb::restore(saved, [&](hyb::State &all) { other.state(all); }, alone, 0);
  return other;
}

// Learning, summing up, raised, recovering: after any audit.
static void a_restart_goes_on() {
  std::vector<hyb::Score> scores;
  for (int i = 0; i < 30; ++i) {
    const bool bad = i / 7 % 2;
    scores.push_back({bad ? 9.0 : 1 + 0.1 * (i % 3), bad ? 0.5 : 0.4, true});
  }
  for (size_t stop = 0; stop < scores.size(); ++stop) {
    Alarm whole(configured());
    for (size_t i = 0; i < stop; ++i) whole.add(scores[i], 0);
    Alarm again = restarted(whole);
    for (size_t i = stop; i < scores.size(); ++i) {
      CHECK_EQ(again.add(scores[i], 0), whole.add(scores[i], 0));
      CHECK(again.json() == whole.json());
    }
    CHECK(whole.json()["alarms"] == 2);
  }
}

int main() {
  a_recovered_alarm_begins_anew();
  it_says_which_sum();
  it_can_always_be_raised();
  one_value_out_of_all_bounds_is_not_learned_from();
  it_does_not_recover_by_what_is_no_score();
  a_restart_goes_on();
  return check_failures();
}
