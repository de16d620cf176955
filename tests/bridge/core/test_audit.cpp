// SPDX-License-Identifier: BSD-3-Clause
// The audit: native beside emulated on drawn steps or tiles, scores, alarm, fall back and recovery.
#include <cmath>

#include "audited_model.hpp"

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

static void an_alarm_of_policy_stop_ends_the_run() {
  const Scheme scheme(emulate(write_emulator(column_card)) +
                          "audit = { steps = 1.0, alarm = { learn = 5, policy = \"stop\" } }\n",
                      HYB_TOP_DOWN, &grid_of(64));
  AuditedModel model(64);
  for (int64_t step = 1; step <= 10; ++step) model.step(scheme, step, 64);
  model.factor = 0.5;
  int32_t status = HYB_OK;
  for (int64_t step = 11; step <= 30 && status == HYB_OK; ++step) {
    status = hyb_domain_step(scheme.domain.handle, step, nullptr, 600);
    model.block(scheme, 1, 64);
  }
  CHECK_REFUSED(status, HYB_ERROR_GUARD, "alarm of the audit", "native standard deviations");
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
  an_alarm_of_policy_stop_ends_the_run();
  an_audit_needs_columns_and_a_truth();
  return check_failures();
}
