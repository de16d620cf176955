// SPDX-License-Identifier: BSD-3-Clause
// The audit: native beside emulated on drawn steps or tiles, scores, alarm, fall back and recovery.
#include <cmath>

#include "audited_model.hpp"

using nlohmann::json;

// The host has emulated results all the same.
static void tiles_are_audited_at_their_fraction() {
  const Scheme scheme(emulate(write_emulator(column_card)) +
                          "audit = { tiles = 0.1, tile_columns = 8 }\n",
                      HYB_TOP_DOWN, &grid_of(640));
  AuditedModel model(640);
  for (int64_t step = 1; step <= 40; ++step) {
    model.step(scheme, step, 64);
    CHECK(model.is_emulated());
  }
  const auto statistics = statistics_of(scheme);
  const double fraction = statistics["audited"].get<double>() / (640.0 * 40.0);
  CHECK(fraction > 0.08 && fraction < 0.12);  // 3200 tiles: standard deviation 0.0053
  CHECK_EQ(statistics["rejected"].get<int64_t>(), 0);
}

static void steps_are_audited_at_their_fraction() {
  const Scheme scheme(emulate(write_emulator(column_card)) + "audit = { steps = 0.1 }\n",
                      HYB_TOP_DOWN, &grid_of(64));
  AuditedModel model(64);
  for (int64_t step = 1; step <= 400; ++step) model.step(scheme, step, 64);
  CHECK(model.is_emulated());
  CHECK_EQ(model.native_columns % 64, 0);
  const double fraction = static_cast<double>(model.native_columns) / (64.0 * 400.0);
  CHECK(fraction > 0.04 && fraction < 0.16);  // standard deviation 0.015
}

static const std::string watched =
    "audit = { steps = 1.0, alarm = { learn = 10, recover = 3, policy = \"native\" } }\n";

static void scores_are_those_of_the_differences() {
  const Scheme scheme(emulate(write_emulator(column_card)) + watched, HYB_TOP_DOWN, &grid_of(64));
  AuditedModel model(64);
  for (int64_t step = 1; step <= 6; ++step) model.step(scheme, step, 64);
  const auto rows = statistics_of(scheme)["audit"]["outputs"]["heating_rate"];
  CHECK_EQ(rows.size(), 3u);
  CHECK_EQ(rows[0]["n"].get<double>(), 5.0 * 64);  // the sixth step is not over
  CHECK(std::fabs(rows[0]["rmse"].get<double>() - 20) < 4);
  CHECK(std::fabs(rows[0]["bias"].get<double>()) < 5);
}

static void scores_do_not_depend_on_blocks() {
  nlohmann::json first;
  for (const int64_t size : {64, 7, 1}) {
    const Scheme scheme(emulate(write_emulator(column_card)) + watched, HYB_TOP_DOWN, &grid_of(64));
    AuditedModel model(64);
    for (int64_t step = 1; step <= 4; ++step) model.step(scheme, step, size);
    const auto audit = statistics_of(scheme)["audit"];
    if (first.is_null()) first = audit;
    CHECK(audit == first);
  }
}

// A routine that drifts by 1 % a step is told, replaced, and comes back when it is mended.
static void a_drift_raises_the_alarm_and_recovery_ends_it() {
  const Scheme scheme(emulate(write_emulator(column_card)) + watched, HYB_TOP_DOWN, &grid_of(64));
  AuditedModel model(64);
  int64_t step = 0;
  while (step < 30) model.step(scheme, ++step, 16);
  CHECK(model.is_emulated());
  const int64_t began = step;
  while (!statistics_of(scheme)["audit"]["raised"].get<bool>() && step < began + 20) {
    model.factor *= 0.99;
    model.step(scheme, ++step, 16);
  }
  CHECK(step < began + 12);
  model.step(scheme, ++step, 16);
  CHECK(!model.is_emulated());  // native, wherever it is audited or not
  model.factor = 1;
  for (int64_t i = 0; i < 40 && !model.is_emulated(); ++i) model.step(scheme, ++step, 16);
  CHECK(model.is_emulated());
  CHECK_EQ(statistics_of(scheme)["audit"]["alarms"].get<int64_t>(), 1);
}

static void no_alarm_without_a_cause() {
  const Scheme scheme(emulate(write_emulator(column_card)) + watched, HYB_TOP_DOWN, &grid_of(64));
  AuditedModel model(64);
  for (int64_t step = 1; step <= 500; ++step) model.step(scheme, step, 64);
  CHECK_EQ(statistics_of(scheme)["audit"]["alarms"].get<int64_t>(), 0);
}

// However bad: convection of a rare kind, say, that the emulator has in other columns.
static void one_bad_audit_is_no_alarm() {
  const Scheme scheme(emulate(write_emulator(column_card)) + watched, HYB_TOP_DOWN, &grid_of(64));
  AuditedModel model(64);
  for (int64_t step = 1; step <= 60; ++step) {
    model.factor = step % 20 == 0 ? 100 : 1;
    model.step(scheme, step, 64);
  }
  CHECK_EQ(statistics_of(scheme)["audit"]["alarms"].get<int64_t>(), 0);
  for (int64_t step = 61; step <= 64; ++step) {
    model.factor = 100;
    model.step(scheme, step, 64);
  }
  CHECK_EQ(statistics_of(scheme)["audit"]["alarms"].get<int64_t>(), 1);
}

// What `step` fails with once the native routine is another one, "" if it does not.
static std::string message_of_stop(double factor, double bias) {
  const Scheme scheme(emulate(write_emulator(column_card)) +
                          "audit = { steps = 1.0, alarm = { learn = 5, policy = \"stop\" } }\n",
                      HYB_TOP_DOWN, &grid_of(64));
  AuditedModel model(64);
  for (int64_t step = 1; step <= 10; ++step) model.step(scheme, step, 64);
  model.factor = factor;
  model.bias = bias;
  for (int64_t step = 11; step <= 30; ++step) {
    const int32_t status = hyb_domain_step(scheme.domain.handle, step, nullptr, 600);
    if (status != HYB_OK) CHECK_EQ(status, HYB_ERROR_GUARD);
    if (status != HYB_OK) return hyb_last_error();
    model.number = step;
    model.block(scheme, 1, 64);
  }
  return "";
}

static size_t times(const std::string &text, const std::string &word) {
  size_t n = 0;
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++n;
  return n;
}

static void an_alarm_of_policy_stop_ends_the_run_and_says_which_sum() {
  CHECK(message_of_stop(1, 0).empty());
  const std::string grown = message_of_stop(0.5, 0), shifted = message_of_stop(1, 60);
  for (const std::string &message : {grown, shifted}) {
    CHECK_HAS(message.c_str(), "alarm of the audit after ");
    CHECK_HAS(message.c_str(), "threshold 10, in native standard deviations: ");
    CHECK_HAS(message.c_str(), " on average, found ");
    CHECK_EQ(times(message, "policy"), 1u);
  }
  CHECK_HAS(shifted.c_str(), "bias: expected ");
}

// Only from its start on are audits learned from.
static void a_spin_up_is_not_learned_from() {
  const auto told = [](const std::string &start) {
    const Scheme scheme(emulate(write_emulator(column_card)) +
                            "audit = { steps = 1.0, alarm = { learn = 5" + start + " } }\n",
                        HYB_TOP_DOWN, &grid_of(64));
    AuditedModel model(64);
    model.factor = 0.5;
    for (int64_t step = 1; step <= 10; ++step) model.step(scheme, step, 64);
    const json spun_up = statistics_of(scheme)["audit"];
    model.factor = 1;
    for (int64_t step = 11; step <= 20; ++step) model.step(scheme, step, 64);
    return std::pair(spun_up, statistics_of(scheme)["audit"]);
  };
  const auto [first, without] = told("");
  const auto [spun_up, with] = told(", start = \"6000 s\"");  // ten steps of 600 s
  CHECK(first["error"]["mean"].get<double>() > 0);
  CHECK_EQ(spun_up["error"]["mean"], 0.0);
  CHECK_EQ(spun_up["audits"], first["audits"]);
  CHECK(with["error"]["mean"].get<double>() < 0.5 * without["error"]["mean"].get<double>());
  hyb_domain *domain = nullptr;
  const std::string bad = "[scheme.test.audit]\nalarm.start = \"2 K\"";
  CHECK_REFUSED(hyb_domain_create_text(bad.c_str(), nullptr, nullptr, &domain), HYB_ERROR_CONFIG,
                "alarm.start", "expected a time");
}

static void an_audit_needs_columns_and_a_truth() {
  const std::string emulator = write_emulator(column_card);
  hyb_scheme *scheme = nullptr;
  const Domain unknown("[scheme.test]\n" + emulate(emulator) + "audit.steps = 0.1\n");
  CHECK_REFUSED(hyb_scheme_create(unknown.handle, "test", HYB_TOP_DOWN, &scheme), HYB_ERROR_CONFIG,
                "audit", "one without");
  const Domain correct("[scheme.test]\nmode = \"correct\"\nemulator = \"" + emulator +
                           "\"\naudit.steps = 0.1\n",
                       &grid_of(4));
  CHECK_REFUSED(hyb_scheme_create(correct.handle, "test", HYB_TOP_DOWN, &scheme), HYB_ERROR_CONFIG,
                "audit", "correct");
}

int main() {
  tiles_are_audited_at_their_fraction();
  steps_are_audited_at_their_fraction();
  scores_are_those_of_the_differences();
  scores_do_not_depend_on_blocks();
  a_drift_raises_the_alarm_and_recovery_ends_it();
  no_alarm_without_a_cause();
  one_bad_audit_is_no_alarm();
  an_alarm_of_policy_stop_ends_the_run_and_says_which_sum();
  a_spin_up_is_not_learned_from();
  an_audit_needs_columns_and_a_truth();
  return check_failures();
}
