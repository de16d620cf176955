// SPDX-License-Identifier: BSD-3-Clause
// Hooks through the whole library: they learn from the audit and from what the host observes, mend a
// planted bias, keep to limit, ramp and dry run, and go on from a restart to the bit.
#include <cmath>
#include <thread>

#include "audited_model.hpp"

static const std::string audited = "audit = { tiles = 0.5, tile_columns = 8 }\n";

static std::string hook(const std::string &keys) {
  return "[[scheme.test.hook]]\nkind = \"running_mean\"\nfields = [\"heating_rate\"]\n"
         "region = \"global\"\nleast_samples = 10\ntime_scale = \"2 h\"\n" + keys;
}
static const std::string by_audit = "learn = \"audit\"\n";

static std::string table(const std::string &keys = by_audit) {
  return emulate(write_emulator(column_card)) + audited + hook(keys);
}

static AuditedModel biased() {
  AuditedModel model(64);
  model.bias = 500;
  model.scatter = 5;
  return model;
}

// Mean over columns of what the host got beyond the emulator's result, at a level.
static double added(const AuditedModel &model, int64_t level) {
  double sum = 0;
  for (int64_t i = 0; i < model.ncol; ++i)
    sum += model.heating[model.at(i, level)] - model.emulated(i, level);
  return sum / static_cast<double>(model.ncol);
}

static void a_constant_bias_at_one_level_is_mended() {
  const Scheme scheme(table(), HYB_TOP_DOWN, &grid_of(64));
  AuditedModel model = biased();
  for (int64_t step = 1; step <= 40; ++step) model.step(scheme, step, 16);
  CHECK(std::fabs(added(model, 1) - 500) < 5);  // scatter is 5, means are of hundreds
  CHECK(std::fabs(added(model, 0)) < 5 && std::fabs(added(model, 2)) < 5);
}

static void no_bias_no_harm() {
  const Scheme scheme(table(), HYB_TOP_DOWN, &grid_of(64));
  AuditedModel model = biased();
  model.bias = 0;
  for (int64_t step = 1; step <= 40; ++step) model.step(scheme, step, 16);
  for (int64_t level = 0; level < model_levels; ++level)
    CHECK(std::fabs(added(model, level)) < 2);
}

static void a_limit_holds() {
  const Scheme scheme(table(by_audit + "limit = \"100 K s-1\"\n"), HYB_TOP_DOWN, &grid_of(64));
  AuditedModel model = biased();
  for (int64_t step = 1; step <= 40; ++step) model.step(scheme, step, 16);
  CHECK(std::fabs(added(model, 1) - 100) < 1e-9);
  CHECK(statistics_of(scheme)["hooks"][0]["added"]["heating_rate"]["limited"].get<double>() > 0);
}

static void a_ramp_and_a_dry_run_hold() {
  const Scheme ramp(table(by_audit + "start = \"7 h\"\nramp = \"10 h\"\n"), HYB_TOP_DOWN,
                    &grid_of(64));
  AuditedModel model = biased();
  for (int64_t step = 1; step <= 42; ++step) model.step(ramp, step, 16);
  CHECK_EQ(added(model, 1), 0.0);  // 41 steps of 600 s are not 7 h yet
  for (int64_t step = 43; step <= 73; ++step) model.step(ramp, step, 16);
  CHECK(std::fabs(added(model, 1) - 250) < 5);
  const Scheme dry(table(by_audit + "dry_run = true\n"), HYB_TOP_DOWN, &grid_of(64));
  AuditedModel other = biased();
  for (int64_t step = 1; step <= 40; ++step) other.step(dry, step, 16);
  CHECK(other.is_emulated());
  const double rms = statistics_of(dry)["hooks"][0]["added"]["heating_rate"]["rms"];
  CHECK(rms > 100);
}

static const std::string by_observing = "learn = \"observe\"\n";

// The host says what is missing, as nudging or an analysis would, of what it got.
static void observe(const Scheme &scheme, const AuditedModel &model) {
  for (int64_t first = 1; first <= 64; first += 32) {
    std::vector<double> increment(32 * model_levels);
    for (int64_t l = 0; l < model_levels; ++l)
      for (int64_t i = 0; i < 32; ++i) {
        const int64_t column = first - 1 + i;
        const double wanted = model.emulated(column, l) + (l == 1 ? 500 : 0);
        increment[static_cast<size_t>(32 * l + i)] = wanted - model.heating[model.at(column, l)];
      }
    const hyb_view view = view_of(increment, {32, model_levels});
    CHECK_OK(hyb_scheme_observe(scheme.handle, "heating_rate", &view, 32, first));
  }
}

static void observed_increments_are_learnt() {
  const Scheme scheme(emulate(write_emulator(column_card)) + hook(by_observing), HYB_TOP_DOWN,
                      &grid_of(64));
  AuditedModel model = biased();
  for (int64_t step = 1; step <= 60; ++step) {
    model.step(scheme, step, 16);
    observe(scheme, model);
  }
  CHECK(std::fabs(added(model, 1) - 500) < 1);
}

static std::vector<double> in_order(const std::string &first, const std::string &second) {
  const Scheme scheme(emulate(write_emulator(column_card)) + audited + first + second, HYB_TOP_DOWN,
                      &grid_of(64));
  AuditedModel model = biased();
  model.factor = 1.5;
  for (int64_t step = 1; step <= 20; ++step) model.step(scheme, step, 16);
  CHECK(!model.is_emulated());
  std::vector<double> results = model.heating;
  results.insert(results.end(), model.rain.begin(), model.rain.end());
  return results;
}

// They are the emulator's, in what is learnt and in what that is applied to.
static void predictors_do_not_depend_on_the_hooks_before() {
  const std::string rain = replaced(hook(by_audit), "heating_rate", "rainfall_flux");
  const std::string heating =
      "[[scheme.test.hook]]\nkind = \"ridge\"\nfields = [\"heating_rate\"]\nlearn = \"audit\"\n"
      "output_predictors = [\"rainfall_flux\"]\nleast_samples = 10\n";
  CHECK(in_order(rain, heating) == in_order(heating, rain));
  CHECK(in_order(rain, heating) != in_order(rain, ""));
}

struct Saved {
  std::vector<double> shared, columns;
  int64_t nrow = 0;

  explicit Saved(const Scheme &scheme) {
    int64_t nshared = 0, ncol = 0;
    CHECK_OK(hyb_domain_state_shape(scheme.domain.handle, &nshared, &nrow, &ncol));
    shared.resize(static_cast<size_t>(nshared));
    columns.resize(static_cast<size_t>(nrow * ncol));
    CHECK_OK(hyb_domain_state_get(scheme.domain.handle, shared.data(), nshared, columns.data(),
                                  nrow, ncol));
  }
  void load(const Scheme &scheme) const {
    CHECK_OK(hyb_domain_state_set(scheme.domain.handle, shared.data(),
                                  static_cast<int64_t>(shared.size()), columns.data(), nrow, 64));
  }
};

// An increment that comes after a restart and before the first block is about what was added before.
static void an_increment_right_after_a_restart_is_learnt_alike() {
  const std::string text = emulate(write_emulator(column_card)) + hook(by_observing);
  const Scheme first(text, HYB_TOP_DOWN, &grid_of(64)), second(text, HYB_TOP_DOWN, &grid_of(64));
  AuditedModel model = biased();
  for (int64_t step = 1; step <= 10; ++step) {
    model.step(first, step, 16);
    observe(first, model);
  }
  Saved(first).load(second);
  AuditedModel other = model;
  for (const auto &[scheme, own] : {std::pair(&first, &model), std::pair(&second, &other)}) {
    own->number = 11;
    scheme->step(11, "2001-01-01T00:00:00");
    observe(*scheme, *own);
    own->step(*scheme, 12, 16);
  }
  CHECK(model.heating == other.heating && added(model, 1) > 100);
}

static std::vector<double> run(int64_t size, int threads, int64_t steps = 25) {
  const Scheme scheme(table(), HYB_TOP_DOWN, &grid_of(64));
  AuditedModel model = biased();
  for (int64_t step = 1; step <= steps; ++step) {
    model.number = step;
    scheme.step(step, "2001-01-01T00:00:00");
    std::vector<std::thread> team;
    for (int t = 0; t < threads; ++t)
      team.emplace_back([&, t] {
        for (int64_t first = 1 + size * ((t + step) % threads); first <= 64;
             first += size * threads)
          model.block(scheme, first, std::min(size, 64 - first + 1));
      });
    for (std::thread &thread : team) thread.join();
  }
  return model.heating;
}

static void bits_do_not_depend_on_blocks_and_threads() {
  const std::vector<double> expected = run(64, 1);
  for (const int64_t size : {1, 7, 32})
    for (const int threads : {1, 2}) CHECK(run(size, threads) == expected);
}

static std::vector<double> restarted(int64_t size) {
  const std::string text = table();
  AuditedModel model = biased();
  const Scheme first(text, HYB_TOP_DOWN, &grid_of(64)), scheme(text, HYB_TOP_DOWN, &grid_of(64));
  for (int64_t step = 1; step <= 10; ++step) model.step(first, step, 64);
  Saved(first).load(scheme);
  for (int64_t step = 11; step <= 25; ++step) model.step(scheme, step, size);
  return model.heating;
}

static void a_restart_goes_on_to_the_bit() {
  const std::vector<double> expected = run(64, 1);
  for (const int64_t size : {64, 7, 1}) CHECK(restarted(size) == expected);
}

static void refuse(const std::string &text, const hyb_grid *grid,
                   std::initializer_list<const char *> words) {
  const Domain domain("[scheme.test]\n" + text, grid);
  hyb_scheme *scheme = nullptr;
  check_refused(hyb_scheme_create(domain.handle, "test", HYB_TOP_DOWN, &scheme), HYB_ERROR_CONFIG,
                words, __LINE__);
}

static void what_cannot_work_is_refused() {
  const std::string plain = emulate(write_emulator(column_card));
  refuse(plain + hook(by_audit), &grid_of(8), {"audit", "none"});
  refuse(plain + hook(by_observing), nullptr, {"columns", "one without"});
  refuse(table(by_audit + "limit = \"5 Pa\"\n"), &grid_of(8), {"limit", "K s-1", "Pa"});
  refuse(table(by_audit + "limti = \"5 K s-1\"\n"), &grid_of(8), {"limti"});
}

static void an_increment_for_a_field_that_is_not_there() {
  const Scheme scheme(emulate(write_emulator(column_card)) + hook(by_observing),
                      HYB_TOP_DOWN, &grid_of(64));
  const std::vector<double> increment(8 * model_levels);
  const hyb_view view = view_of(increment, {8, model_levels});
  CHECK_REFUSED(hyb_scheme_observe(scheme.handle, "heating_rat", &view, 8, 1), HYB_ERROR_FIELD,
                "heating_rat", "heating_rate");
  CHECK_REFUSED(hyb_scheme_observe(scheme.handle, "heating_rate", &view, 8, 60), HYB_ERROR_SHAPE,
                "at most 64");
  AuditedModel model = biased();
  model.step(scheme, 1, 16);  // the run lives on
  CHECK(model.is_emulated());
}

int main() {
  a_constant_bias_at_one_level_is_mended();
  no_bias_no_harm();
  a_limit_holds();
  a_ramp_and_a_dry_run_hold();
  observed_increments_are_learnt();
  predictors_do_not_depend_on_the_hooks_before();
  an_increment_right_after_a_restart_is_learnt_alike();
  bits_do_not_depend_on_blocks_and_threads();
  a_restart_goes_on_to_the_bit();
  what_cannot_work_is_refused();
  an_increment_for_a_field_that_is_not_there();
  return check_failures();
}
