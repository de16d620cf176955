// SPDX-License-Identifier: BSD-3-Clause
// Stochastic emulators: the same noise whatever the blocks, threads, batches and levels of the
// host, other noise in other steps, columns and rows.
#include <atomic>
#include <numeric>
#include <random>
#include <thread>

#include "noise_statistics.hpp"
#include "two_loops.hpp"

constexpr int64_t ncol = 333;

static const std::string noise_entry =
    R"({"name": "noise", "unit": "1", "role": "noise", "kind": "real",
        "dims": ["column", "level"], "levels": 3},
       {"name": "phase", "unit": "1", "role": "noise", "kind": "real", "dims": ["column"],
        "distribution": "uniform"},)";

static const std::string noisy_card =
    replaced(column_card, "\"inputs\": [", "\"inputs\": [" + noise_entry);

static std::string correlated(const std::string &card = noisy_card) {
  return replaced(card, "\"dims\": [\"column\", \"level\"], \"levels\": 3},\n       {",
                  "\"dims\": [\"column\", \"level\"], \"levels\": 3,"
                  "\"correlation_time\": 3600},\n       {");
}

struct GridOf {
  std::vector<int64_t> columns;
  hyb_grid grid;
  explicit GridOf(std::vector<int64_t> numbers)
      : columns(std::move(numbers)),
        grid{sizeof(hyb_grid), static_cast<int64_t>(columns.size()), columns.data(), nullptr,
             nullptr, nullptr} {}
  GridOf(const GridOf &) = delete;
};

static std::vector<int64_t> columns_to(int64_t n) {
  std::vector<int64_t> columns(static_cast<size_t>(n));
  std::iota(columns.begin(), columns.end(), 1);
  return columns;
}

static const GridOf &whole() {
  static const GridOf grid(columns_to(ncol));
  return grid;
}

static Scheme noisy(const std::string &card, const std::string &keys = "",
                    const std::string &switches = "", int32_t orientation = HYB_TOP_DOWN) {
  return Scheme(emulate(write_emulator(card, switches)) + keys, orientation, &whole().grid);
}

static bool same_bits(const Model &a, const Model &b) {
  return std::memcmp(a.heating.data(), b.heating.data(), a.heating.size() * 8) == 0 &&
         std::memcmp(a.rain.data(), b.rain.data(), a.rain.size() * 8) == 0;
}

static Model of_step(const Scheme &scheme, int64_t step, int64_t size = ncol) {
  scheme.step(step);
  Model model(ncol);
  model.blocks(scheme, size);
  return model;
}

static void threads_take_blocks(const Scheme &scheme, const Model &all, int64_t nthread) {
  Model model(ncol);
  std::atomic<int64_t> next{1};
  std::vector<std::thread> threads;
  for (int64_t i = 0; i < nthread; ++i)
    threads.emplace_back([&] {
      for (int64_t first = next.fetch_add(7); first <= ncol; first = next.fetch_add(7))
        model.block(scheme, first, std::min<int64_t>(7, ncol - first + 1));
    });
  for (std::thread &thread : threads) thread.join();
  CHECK(same_bits(model, all));
}

static void any_order(const Scheme &scheme, const Model &all) {
  std::vector<int64_t> firsts;
  for (int64_t first = 1; first <= ncol; first += 9) firsts.push_back(first);
  std::shuffle(firsts.begin(), firsts.end(), std::mt19937(4711));
  Model model(ncol);
  for (const int64_t first : firsts)
    model.block(scheme, first, std::min<int64_t>(9, ncol - first + 1));
  CHECK(same_bits(model, all));
}

// Each cut of the columns in a later step than the one before, from a process that has a memory.
static void nothing_matters(const std::string &card, const std::string &switches,
                            const std::string &keys) {
  const Scheme reference = noisy(card, keys, switches), scheme = noisy(card, keys, switches);
  int64_t step = 0;
  for (const int64_t size : {1, 7, 32, 332}) {
    const Model all = of_step(reference, ++step);
    CHECK(same_bits(of_step(scheme, step, size), all));
    Model model(ncol);
    finish_blocks(submitted_blocks(scheme, model, size), model, size);
    CHECK(same_bits(model, all));
    any_order(scheme, all);
    for (const int64_t nthread : {1, 2}) threads_take_blocks(scheme, all, nthread);
  }
}

static void nothing_matters() {
  for (const std::string &card : {noisy_card, correlated()}) {
    nothing_matters(card, "", "");
    nothing_matters(card, "tile=64 step=16", "");
    nothing_matters(card, "variant tile=48 step=16", "batch.columns = 48\n");
    nothing_matters(card, "flights=2 tile=64 step=16", "");
  }
}

// The host's levels the other way round, and its results too.
static void the_hosts_orientation_does_not_matter() {
  for (const std::string &card : {noisy_card, correlated()}) {
    const Model down = of_step(noisy(card), 5);
    const Scheme scheme = noisy(card, "", "", HYB_BOTTOM_UP);
    scheme.step(5);
    Model up(ncol);
    const Call call(scheme, ncol);
    CHECK_OK(call.put("air_temperature", reversed(up.section(up.temperature, 1, ncol), 1)));
    CHECK_OK(call.put("surface_air_pressure", up.section(up.pressure, 1, ncol)));
    CHECK_OK(call.run());
    CHECK_OK(call.get("heating_rate", reversed(up.section(up.heating, 1, ncol), 1)));
    CHECK_OK(call.get("rainfall_flux", up.section(up.rain, 1, ncol)));
    CHECK_OK(call.close());
    CHECK(same_bits(down, up));
  }
}

// What a column gets is its own wherever it lies in the arrays of a process.
static void noise_goes_by_global_column() {
  for (const std::string &card : {noisy_card, correlated()}) {
    const Model all = of_step(noisy(card), 3);
    const GridOf part({20, 333, 1, 7});
    const Scheme scheme(emulate(write_emulator(card)), HYB_TOP_DOWN, &part.grid);
    scheme.step(3);
    Model model(4);
    for (int64_t i = 0; i < 4; ++i)
      for (int64_t l = 0; l < model_levels; ++l)
        model.temperature[model.at(i, l)] = all.temperature[all.at(part.columns[i] - 1, l)];
    for (size_t i = 0; i < 4; ++i) model.pressure[i] = all.pressure[part.columns[i] - 1];
    model.blocks(scheme, 3);
    for (size_t i = 0; i < 4; ++i) CHECK_EQ(model.rain[i], all.rain[part.columns[i] - 1]);
  }
}

static void steps_and_seeds_have_their_own() {
  const Model first = of_step(noisy(noisy_card), 1);
  CHECK(same_bits(of_step(noisy(noisy_card, "seed = 0\n"), 1), first));
  CHECK(!same_bits(of_step(noisy(noisy_card), 2), first));
  CHECK(!same_bits(of_step(noisy(noisy_card, "seed = 1\n"), 1), first));
  CHECK(!same_bits(of_step(noisy(replaced(noisy_card, "\"test\"", "\"other\"")), 1), first));
}

static void the_same_step_has_the_same() {
  for (const std::string &card : {noisy_card, correlated()}) {
    const Scheme scheme = noisy(card);
    of_step(scheme, 1);
    const Model first = of_step(scheme, 2);
    Model again(ncol);
    again.blocks(scheme, 100);
    CHECK(same_bits(first, again));
    CHECK(same_bits(of_step(scheme, 2), first));
  }
}

static void a_restart_goes_on_with_the_same_noise() {
  const Scheme saved = noisy(correlated());
  for (int64_t step = 1; step <= 3; ++step) of_step(saved, step);
  int64_t nshared = 0, nrow = 0, n = 0;
  CHECK_OK(hyb_domain_state_shape(saved.domain.handle, &nshared, &nrow, &n));
  std::vector<double> shared(static_cast<size_t>(nshared)), columns(static_cast<size_t>(nrow * n));
  CHECK_OK(hyb_domain_state_get(saved.domain.handle, shared.data(), nshared, columns.data(),
                                nrow, n));
  const Scheme loaded = noisy(correlated()), fresh = noisy(correlated());
  CHECK_OK(hyb_domain_state_set(loaded.domain.handle, shared.data(), nshared, columns.data(),
                                nrow, n));
  for (int64_t step = 4; step <= 5; ++step) {
    const Model expected = of_step(saved, step);
    CHECK(same_bits(of_step(loaded, step, 7), expected));
    CHECK(!same_bits(of_step(fresh, step), expected));
  }
}

// ---- What it is, seen through an emulator that hands it on: feature 0 has weight 1 in output 0

static std::string handing_on(const std::string &kind, const std::string &more,
                              const std::string &sample = "column") {
  return R"({"format": "pyhybrid card", "version": 1, "name": "on", "sample": ")" + sample +
         R"(", "kind": ")" + kind + R"(", "inputs": [
    {"name": "noise", "unit": "1", "role": "noise", "kind": "real", )" + more + R"(}],
    "outputs": [{"name": "y", "unit": "1", "role": "state", "kind": "real", )" +
         (sample == "box" ? "\"dims\": [\"column\", \"level\"]" : "\"dims\": [\"column\"]") + "}]}";
}

static std::vector<double> handed_on(const Scheme &scheme, int64_t n, int64_t nlevel = 1) {
  std::vector<double> y(static_cast<size_t>(n * nlevel));
  const Call call(scheme, n);
  CHECK_OK(call.run());
  CHECK_OK(call.get("y", nlevel > 1 ? view_of(y, {n, nlevel}) : view_of(y, {n})));
  CHECK_OK(call.close());
  return y;
}

static const std::string flat = "\"dims\": [\"column\"]";

static void an_emulator_sees_the_distribution() {
  constexpr int64_t n = 200000;
  for (const char *kind : {"real32", "real64"}) {
    const Scheme normal(emulate(write_emulator(handing_on(kind, flat))));
    normal.step(1);
    const std::vector<double> x = handed_on(normal, n);
    CHECK(moments_score(x) < score_limit && tails_score(x) < score_limit);
    CHECK(kolmogorov(probabilities(x)) < kolmogorov_limit);
    const Scheme uniform(emulate(
        write_emulator(handing_on(kind, flat + ", \"distribution\": \"uniform\""))));
    uniform.step(1);
    CHECK(kolmogorov(handed_on(uniform, n)) < kolmogorov_limit);
  }
}

static void both_kinds_see_the_same_numbers() {
  const Scheme narrow(emulate(write_emulator(handing_on("real32", flat))));
  const Scheme wide(emulate(write_emulator(handing_on("real64", flat))));
  const std::vector<double> x = handed_on(narrow, 1000), y = handed_on(wide, 1000);
  for (size_t i = 0; i < x.size(); ++i)
    CHECK_EQ(x[i], static_cast<double>(static_cast<float>(y[i])));
}

static const std::string per_box = "\"dims\": [\"column\", \"level\"], \"levels\": 5";

// One number for each box: those of levels are unrelated, blocks do not matter.
static void boxes_have_one_each() {
  constexpr int64_t n = 20000, nlevel = 5;
  for (const std::string &more : {per_box, per_box + ", \"correlation_time\": 60"}) {
    const GridOf grid(columns_to(n));
    const Scheme scheme(emulate(write_emulator(handing_on("real64", more, "box"))), HYB_TOP_DOWN,
                        &grid.grid);
    scheme.step(1);
    const std::vector<double> all = handed_on(scheme, n, nlevel);
    CHECK(moments_score(all) < score_limit);
    const std::vector<double> top(all.begin(), all.begin() + n), next(all.begin() + n,
                                                                       all.begin() + 2 * n);
    CHECK(correlation_score(top, next) < score_limit);
    const std::vector<double> some = handed_on(scheme, 77, nlevel);
    for (size_t i = 0; i < some.size(); ++i) CHECK_EQ(some[i], all[i % 77 + i / 77 * n]);
  }
}

// Without levels it is repeated over those of a column, as other inputs of boxes are.
static void boxes_of_a_column_may_share_one() {
  const std::string card = replaced(
      handing_on("real64", flat, "box"), "\"inputs\": [",
      R"("inputs": [{"name": "t", "unit": "K", "role": "state", "kind": "real",
                     "dims": ["column", "level"]},)");
  const Scheme scheme(emulate(write_emulator(card)));
  const std::vector<double> t(40, 0.0);
  std::vector<double> y(40);
  const Call call(scheme, 10);
  CHECK_OK(call.put("t", view_of(t, {10, 4})));
  CHECK_OK(call.run());
  CHECK_OK(call.get("y", view_of(y, {10, 4})));
  CHECK_OK(call.close());
  for (size_t i = 0; i < 40; ++i) CHECK(y[i] == y[i % 10] && (i == 0 || i >= 10 || y[i] != y[0]));
}

static void a_block_without_columns_has_none() {
  for (const std::string &card : {noisy_card, correlated()}) {
    const Scheme scheme = noisy(card);
    scheme.step(1);
    Model model(ncol);
    model.block(scheme, 1, 0);
    CHECK_EQ(model.rain[0], -1);
  }
}

// ---- Modes

static void shadow_draws_too() {
  const Scheme scheme(shadow(write_emulator(noisy_card)), HYB_TOP_DOWN, &whole().grid);
  const Model model = of_step(scheme, 1, 32);
  CHECK(model.is_native());
  CHECK_EQ(counted(scheme, "failures"), 0);
}

static void other_modes_take_what_the_host_puts() {
  const Scheme scheme("mode = \"native\"\n");
  Model model(ncol);
  const Call call(scheme, ncol);
  model.put_all(call, 1, ncol);
  CHECK_OK(call.put("noise", model.section(model.temperature, 1, ncol)));
  CHECK_OK(call.run());
  CHECK_OK(call.close());
}

// A host with random numbers of its own: an input as any other.
static void the_host_may_put_it() {
  const Scheme scheme = noisy(noisy_card, "noise = \"put\"\n");
  scheme.step(1);
  CHECK_OK(scheme.declare("phase", "1", HYB_NOISE, "column"));
  Model model(ncol);
  const std::vector<double> zero(3 * ncol, 0.0);
  const auto run = [&](bool complete) {
    const Call call(scheme, ncol);
    model.put_all(call, 1, ncol);
    CHECK_OK(call.put("noise", view_of(zero, {ncol, 3})));
    if (complete) CHECK_OK(call.put("phase", view_of(zero, {ncol})));
    const int32_t status = call.run();
    if (complete) model.get_all(call, 1, ncol);
    if (complete) CHECK_OK(status);
    else CHECK_REFUSED(status, HYB_ERROR_FIELD, "every input", "no put of 'phase'");
    call.close();
  };
  run(true);
  run(false);
  double rain = network_weight(7, 3) * model.pressure[9];
  for (int64_t l = 0; l < 3; ++l)
    rain += network_weight(4 + l, 3) * model.temperature[model.at(9, l)];
  CHECK_EQ(model.rain[9], rain);
}

// ---- Refusals

static void a_put_of_drawn_noise_is_refused() {
  const Scheme scheme = noisy(noisy_card);
  Model model(ncol);
  const Call call(scheme, ncol);
  CHECK_REFUSED(call.put("noise", model.section(model.temperature, 1, ncol)), HYB_ERROR_FIELD,
                "field 'noise' of role 'noise'", "expected no put, as the library draws it",
                "noise = \"put\"", "found one");
  model.put_all(call, 1, ncol);
  CHECK_OK(call.run());
  model.get_all(call, 1, ncol);
  CHECK_OK(call.close());
}

static void forgotten_inputs_are_missed_all_the_same() {
  const Scheme scheme = noisy(noisy_card);
  Model model(ncol);
  const Call call(scheme, ncol);
  CHECK_OK(call.put("air_temperature", model.section(model.temperature, 1, ncol)));
  CHECK_REFUSED(call.run(), HYB_ERROR_FIELD, "no put of 'surface_air_pressure'");
  CHECK(!std::strstr(hyb_last_error(), "noise"));
  CHECK_OK(call.close());
}

static void noise_is_no_output_of_the_host() {
  const Scheme scheme = noisy(noisy_card);
  Model model(ncol);
  const Call call(scheme, ncol);
  model.put_all(call, 1, ncol);
  CHECK_OK(call.run());
  CHECK_REFUSED(call.get("noise", model.section(model.heating, 1, ncol)), HYB_ERROR_FIELD,
                "unknown output 'noise'");
  model.get_all(call, 1, ncol);
  CHECK_OK(call.close());
}

static void a_declaration_has_to_agree() {
  const Scheme scheme = noisy(noisy_card);
  CHECK_REFUSED(scheme.declare("noise", "1", HYB_STATE, nullptr), HYB_ERROR_CARD,
                "expected 'noise' (card)", "found 'state' (host)");
  CHECK_REFUSED(scheme.declare("air_temperature", "K", HYB_NOISE, nullptr), HYB_ERROR_CARD,
                "expected 'state' (card)", "found 'noise' (host)");
  CHECK_REFUSED(scheme.declare("x", "1", HYB_NOISE + 1, nullptr), HYB_ERROR_FIELD, "a hyb_role");
}

static void a_memory_needs_columns_and_time() {
  const Domain domain("[scheme.test]\n" + emulate(write_emulator(correlated())));
  hyb_scheme *handle = nullptr;
  CHECK_REFUSED(hyb_scheme_create(domain.handle, "test", HYB_TOP_DOWN, &handle),
                HYB_ERROR_ARGUMENT, "correlated noise 'noise'", "expected the columns",
                "found none");
  const Scheme scheme = noisy(correlated());
  CHECK_REFUSED(hyb_domain_step(scheme.domain.handle, 1, nullptr, 0), HYB_ERROR_ARGUMENT,
                "'noise'", "expected a time step above 0 s", "found 0");
}

static void correlated_boxes_have_the_levels_of_the_card() {
  const std::string card =
      replaced(handing_on("real64", per_box + ", \"correlation_time\": 60", "box"),
               "\"inputs\": [", R"("inputs": [{"name": "t", "unit": "K", "role": "state",
                 "kind": "real", "dims": ["column", "level"]},)");
  const Scheme scheme(emulate(write_emulator(card)), HYB_TOP_DOWN, &whole().grid);
  scheme.step(1);
  const std::vector<double> t(70, 0.0);
  const Call call(scheme, 10);
  CHECK_OK(call.put("t", view_of(t, {10, 7})));
  CHECK_REFUSED(call.run(), HYB_ERROR_SHAPE, "correlated noise 'noise': levels",
                "expected 5 (card)", "found 7 (call)");
  CHECK_OK(call.close());
}

static void wrong_keys_are_refused() {
  const std::string emulator = write_emulator(noisy_card);
  const auto refused = [&](const std::string &keys, const char *expected) {
    const std::string text = "[scheme.test]\n" + emulate(emulator) + keys;
    hyb_domain *domain = nullptr;
    CHECK_REFUSED(hyb_domain_create_text(text.c_str(), nullptr, nullptr, &domain),
                  HYB_ERROR_CONFIG, "scheme.test", expected);
  };
  refused("noise = \"host\"\n", "'put'");
  refused("noise = true\n", "expected");
  refused("seed = -1\n", "found integer -1");
  refused("seed = 1.5\n", "expected");
}

// Frozen noise would pass for noise.
static void a_run_without_steps_is_warned_of() {
  std::vector<std::string> told;
  const hyb_host host = {sizeof(hyb_host), 0, 0,
                         [](int32_t level, const char *text, void *data) {
                           if (level == HYB_LOG_WARNING)
                             static_cast<std::vector<std::string> *>(data)->push_back(text);
                         },
                         &told};
  const Scheme scheme(emulate(write_emulator(noisy_card)), HYB_TOP_DOWN, nullptr, &host);
  Model model(ncol);
  model.blocks(scheme, 100);
  CHECK_EQ(told.size(), size_t{1});
  if (!told.empty()) CHECK_HAS(told[0].c_str(), "no step was opened yet, so noise is the same");
}

int main() {
  nothing_matters();
  the_hosts_orientation_does_not_matter();
  noise_goes_by_global_column();
  steps_and_seeds_have_their_own();
  the_same_step_has_the_same();
  a_restart_goes_on_with_the_same_noise();
  an_emulator_sees_the_distribution();
  both_kinds_see_the_same_numbers();
  boxes_have_one_each();
  boxes_of_a_column_may_share_one();
  a_block_without_columns_has_none();
  shadow_draws_too();
  other_modes_take_what_the_host_puts();
  the_host_may_put_it();
  a_put_of_drawn_noise_is_refused();
  forgotten_inputs_are_missed_all_the_same();
  noise_is_no_output_of_the_host();
  a_declaration_has_to_agree();
  a_memory_needs_columns_and_time();
  correlated_boxes_have_the_levels_of_the_card();
  wrong_keys_are_refused();
  a_run_without_steps_is_warned_of();
  return check_failures();
}
