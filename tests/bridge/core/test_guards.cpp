// SPDX-License-Identifier: BSD-3-Clause
// Guards of policy native: bad columns get the native routine's bits, good ones keep the emulator's,
// however the columns are cut into blocks.
#include <cmath>
#include <limits>

#include "adding_model.hpp"
#include "guarded_model.hpp"
#include "two_loops.hpp"

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

static GuardedModel planted(int64_t ncol) {
  GuardedModel model(ncol);
  for (int64_t i = 3; i < ncol; i += 29) model.plant(i, i % 3, 2500);  // an input scaled by 10
  for (int64_t i = 5; i < ncol; i += 47) model.plant(i, 1, not_a_number);
  for (int64_t i = 7; i < ncol; i += 53) model.plant(i, 2, 301.01);  // just outside
  return model;
}

static const std::string by_training =
    "guard.training_range = { policy = \"native\", margin = 0 }\n";

static void bad_columns_are_native_whatever_the_block() {
  for (const int64_t size : {1, 7, 32, 64, 200}) {
    const Scheme scheme(emulate(write_emulator(ranged_card())) + by_training);
    GuardedModel model = planted(200);
    model.blocks(scheme, size);
    CHECK(model.is_right());
    const auto statistics = statistics_of(scheme);
    CHECK_EQ(statistics["rejected"].get<size_t>(), model.faulty.size());
  }
}

static void in_two_loops_and_shared_batches() {
  const Scheme scheme(emulate(write_emulator(ranged_card())) + by_training);
  GuardedModel model = planted(200);
  finish_blocks(submitted_blocks(scheme, model, 8), model, 8);
  CHECK(model.is_right());
}

static void limits_belong_to_the_range() {
  const Scheme scheme(emulate(write_emulator(ranged_card())) + by_training);
  GuardedModel model(8);
  model.temperature[model.at(2, 0)] = 200;
  model.temperature[model.at(3, 0)] = 300;
  model.block(scheme, 1, 8);
  CHECK(model.is_right());
  CHECK_EQ(statistics_of(scheme)["rejected"].get<int64_t>(), 0);
}

static void margin_widens_the_range() {
  const Scheme scheme(emulate(write_emulator(ranged_card())) +
                      "guard.training_range = { policy = \"native\", margin = 0.1 }\n");
  GuardedModel model(8);
  model.temperature[model.at(1, 0)] = 309;  // 10 % of 100 K beyond 300 K
  model.plant(2, 0, 311);
  model.block(scheme, 1, 8);
  CHECK(model.is_right());
}

// A quarter of the width of 200 to 300 K, unless it is said.
static void a_training_range_has_a_margin() {
  const Scheme scheme(emulate(write_emulator(ranged_card())) +
                      "guard.training_range = \"native\"\n");
  GuardedModel model(8);
  model.temperature[model.at(1, 0)] = 324;
  model.plant(2, 0, 326);
  model.plant(5, 1, 174);
  model.block(scheme, 1, 8);
  CHECK(model.is_right());
}

// A level that never varied has a hundredth of the widest level's width: 1 K, of which a quarter.
static void a_level_that_never_varied_has_a_margin() {
  const std::string card = replaced(ranged_card(), R"("min": 200, "max": 300)",
                                    R"("min": [200, 250, 200], "max": [300, 250, 300])");
  const Scheme scheme(emulate(write_emulator(card)) + "guard.training_range = \"native\"\n");
  GuardedModel model(8);
  for (int64_t i = 0; i < 8; ++i) model.temperature[model.at(i, 1)] = 250;
  model.temperature[model.at(1, 1)] = 250.25;
  model.temperature[model.at(2, 1)] = 249.75;
  model.plant(4, 1, 250.5);
  model.plant(5, 1, 249.5);
  model.block(scheme, 1, 8);
  CHECK(model.is_right());
}

// An increment, whose values are of another size than those of the input of that name.
static void an_output_has_a_range_of_its_own() {
  std::string card = replaced(ranged_card(), R"("heating_rate", "unit": "K s-1", "role": "tendency")",
                              R"("air_temperature", "unit": "K", "role": "increment")");
  card = replaced(card, R"("air_temperature", "unit": "K", "role": "state")",
                  R"("air_temperature", "unit": "K", "role": "increment")");
  for (const char *most : {"1", "1e9"}) {
    const std::string range = R"("max": 300, "output": {"min": 0, "max": )" + std::string(most) + "}";
    const Scheme scheme(emulate(write_emulator(replaced(card, R"("max": 300)", range))) +
                        by_training);
    AddingModel model(8);
    model.block(scheme, 1, 8);
    const int64_t rejected = most[1] == '\0' ? 8 : 0;  // emulated increments are some thousand K
    CHECK_EQ(statistics_of(scheme)["rejected"].get<int64_t>(), rejected);
    CHECK_EQ(model.native_calls, rejected / 8);
    const auto guards = statistics_of(scheme)["guards"];
    for (const auto &guard : guards) CHECK(guard["side"] == "output");
  }
}

static void counters_say_which_guard_field_and_level() {
  const Scheme scheme(emulate(write_emulator(ranged_card())) + by_training);
  GuardedModel model(16);
  model.plant(4, 2, 2500);
  model.plant(9, 2, 2500);
  model.block(scheme, 1, 16);
  const auto guards = statistics_of(scheme)["guards"];
  CHECK_EQ(guards.size(), 1u);
  CHECK(guards[0]["guard"] == "training_range" && guards[0]["field"] == "air_temperature");
  CHECK(guards[0]["level"] == 3 && guards[0]["columns"] == 2 && guards[0]["side"] == "input");
}

// The card counts levels from the top, the host from the bottom.
static void levels_are_the_hosts() {
  const Scheme scheme(emulate(write_emulator(ranged_card())) + by_training, HYB_BOTTOM_UP);
  GuardedModel model(16);
  model.plant(4, 2, 2500);
  model.block(scheme, 1, 16);
  CHECK(statistics_of(scheme)["guards"][0]["level"] == 3);
}

static void tendencies_have_limits_with_units() {
  const Scheme scheme(emulate(write_emulator(column_card)) +
                      "guard.tendency = { limit = \"9 K s-1\", policy = \"native\" }\n");
  Model model(8);
  model.block(scheme, 1, 8);
  CHECK(model.is_native());  // its heating is some thousand K s-1
  const Scheme wide(emulate(write_emulator(column_card)) +
                    "guard.tendency = { limit = \"1e9 K day-1\", policy = \"native\" }\n");
  Model other(8);
  other.block(wide, 1, 8);
  CHECK(other.is_emulated());
}

static void not_finite_outputs_are_native_by_default() {
  const Scheme scheme(emulate(write_emulator(column_card, "nan")));
  GuardedModel model(6);
  model.block(scheme, 1, 6);
  model.faulty = {0, 2, 4};  // every second sample
  CHECK(model.is_right());
}

static void clip_brings_inputs_into_the_range() {
  const Scheme scheme(emulate(write_emulator(ranged_card())) +
                      "guard.training_range = { policy = \"clip\", margin = 0 }\n");
  Model model(8), clipped(8);
  model.temperature[model.at(2, 1)] = 2500;
  clipped.temperature[clipped.at(2, 1)] = 300;
  model.block(scheme, 1, 8);
  for (int64_t i = 0; i < 8; ++i)  // the limit is wider by the rounding of real32
    CHECK(std::fabs(model.rain[static_cast<size_t>(i)] - clipped.emulated(i, model_levels)) < 0.1);
  CHECK_EQ(statistics_of(scheme)["rejected"].get<int64_t>(), 0);
  CHECK_EQ(statistics_of(scheme)["guards"][0]["columns"].get<int64_t>(), 1);
}

// 305 K is half of the way to 310 K, where a blend over a tenth of the width has become native.
static void blend_mixes_by_the_distance() {
  const Scheme scheme(
      emulate(write_emulator(ranged_card())) +
      "guard.training_range = { policy = \"blend\", margin = 0, blend_width = 0.1 }\n");
  GuardedModel model(8);
  model.temperature[model.at(2, 1)] = 305;
  model.plant(4, 1, 400);  // far beyond: native
  model.block(scheme, 1, 8);
  const double native = model.pressure[2] / 3, found = model.rain[2];
  const double middle = 0.5 * (native + model.emulated(2, model_levels));
  CHECK(std::fabs(found - middle) < 1e-4 * std::fabs(middle));
  model.faulty.insert(2);
  Model good = model;
  good.rain[2] = native;
  for (int64_t l = 0; l < model_levels; ++l)
    good.heating[good.at(2, l)] = good.temperature[good.at(2, l)] / 7;
  static_cast<Model &>(model) = good;
  CHECK(model.is_right());
}

static void pass_only_counts() {
  const Scheme scheme(emulate(write_emulator(ranged_card())) +
                      "guard.training_range = \"pass\"\n");
  Model model(8);
  model.temperature[model.at(2, 1)] = 2500;
  model.block(scheme, 1, 8);
  CHECK(model.is_emulated());
  CHECK_EQ(statistics_of(scheme)["guards"][0]["columns"].get<int64_t>(), 1);
}

static void stop_ends_the_run_at_the_next_step() {
  const Scheme scheme(emulate(write_emulator(ranged_card())) +
                      "guard.training_range = \"stop\"\n");
  scheme.step(1);
  GuardedModel model(8);
  model.plant(2, 1, 2500);
  model.block(scheme, 1, 8);
  CHECK(model.is_right());
  CHECK_REFUSED(hyb_domain_step(scheme.domain.handle, 2, nullptr, 600), HYB_ERROR_GUARD,
                "'training_range'", "global column 3", "level 2", "175 to 325", "2500");
}

static void refuse(const std::string &table, std::initializer_list<const char *> words,
                   const std::string &card = column_card) {
  const Domain domain("[scheme.test]\n" + emulate(write_emulator(card)) + table);
  hyb_scheme *scheme = nullptr;
  check_refused(hyb_scheme_create(domain.handle, "test", HYB_TOP_DOWN, &scheme), HYB_ERROR_CONFIG,
                words, __LINE__);
  CHECK(scheme == nullptr);
}

static void what_a_card_does_not_say_cannot_be_guarded() {
  refuse("guard.training_range = \"native\"\n", {"training_range", "one without"});
  refuse("guard.range = \"native\"\n", {"range", "one without"});
  refuse("guard.tendency = { limit = \"5 Pa s-1\" }\n", {"K s-1", "Pa s-1"});
  refuse("guard.tendency = { limit = \"5 K s-1\", field = \"rainfall_flux\" }\n",
         {"rainfall_flux", "kg m-2 s-1"});
}

static void refuse_text(const std::string &table, std::initializer_list<const char *> words) {
  const std::string text = "[scheme.test]\nmode = \"native\"\n" + table;
  hyb_domain *domain = nullptr;
  check_refused(hyb_domain_create_text(text.c_str(), nullptr, nullptr, &domain), HYB_ERROR_CONFIG,
                words, __LINE__);
}

static void wrong_keys_are_refused() {
  refuse_text("guard.finit = \"native\"\n", {"finit", "finite"});
  refuse_text("guard.finite = \"clip\"\n", {"clip", "'pass', 'native'"});
  refuse_text("guard.range = \"nativ\"\n", {"nativ", "native"});
  refuse_text("guard.range = { policy = \"native\", margin = -1 }\n", {"margin", "-1"});
  refuse_text("guard.tendency = { limit = \"fast\" }\n", {"limit", "a number and a unit"});
  refuse_text("guard.tendency = { limit = \"0 K s-1\" }\n", {"above 0"});
  refuse_text("guard.tendency = 5\n", {"a table"});
}

int main() {
  bad_columns_are_native_whatever_the_block();
  in_two_loops_and_shared_batches();
  limits_belong_to_the_range();
  margin_widens_the_range();
  a_training_range_has_a_margin();
  a_level_that_never_varied_has_a_margin();
  an_output_has_a_range_of_its_own();
  counters_say_which_guard_field_and_level();
  levels_are_the_hosts();
  tendencies_have_limits_with_units();
  not_finite_outputs_are_native_by_default();
  clip_brings_inputs_into_the_range();
  blend_mixes_by_the_distance();
  pass_only_counts();
  stop_ends_the_run_at_the_next_step();
  what_a_card_does_not_say_cannot_be_guarded();
  wrong_keys_are_refused();
  return check_failures();
}
