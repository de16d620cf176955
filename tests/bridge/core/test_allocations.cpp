// SPDX-License-Identifier: BSD-3-Clause
// After the first call of a shape nothing is allocated any more.
#include "allocations.hpp"
#include "model.hpp"

static long allocated_by(const Scheme &scheme, Model &model, int64_t first, int64_t ncol) {
  const long before = allocations;
  model.block(scheme, first, ncol);
  return allocations - before;
}

static void nothing_is_allocated_after_the_first_call(const std::string &table) {
  const Scheme scheme(table);
  Model model(200);
  scheme.step(1);
  for (int call = 0; call < 2; ++call) model.block(scheme, 1, 64);  // twice in a step is told once
  CHECK_EQ(allocated_by(scheme, model, 1, 64), 0);
  CHECK_EQ(allocated_by(scheme, model, 65, 64), 0);
  CHECK_EQ(allocated_by(scheme, model, 1, 3), 0);
  scheme.step(2);
  CHECK_EQ(allocated_by(scheme, model, 1, 64), 0);
  model.block(scheme, 1, 200);
  CHECK_EQ(allocated_by(scheme, model, 1, 200), 0);
}

// Put and run all blocks, then get and close all, as often as wanted.
static void in_two_loops(const Scheme &scheme, Model &model, std::vector<Call> &calls,
                         int64_t ncol) {
  calls.clear();
  for (int64_t first = 1; first <= model.ncol; first += ncol) {
    calls.emplace_back(scheme, ncol, first);
    model.put_all(calls.back(), first, ncol);
    CHECK_OK(calls.back().run());
  }
  for (size_t i = 0; i < calls.size(); ++i) {
    const int64_t first = 1 + ncol * static_cast<int64_t>(i);
    if (calls[i].native_wanted()) model.run_native(first, ncol);
    model.get_all(calls[i], first, ncol);
    CHECK_OK(calls[i].close());
  }
}

static void nothing_is_allocated_in_two_loops(const std::string &table) {
  const Scheme scheme(table);
  Model model(160);
  std::vector<Call> calls;
  calls.reserve(20);
  in_two_loops(scheme, model, calls, 8);
  const long before = allocations;
  for (int round = 0; round < 3; ++round) in_two_loops(scheme, model, calls, 8);
  CHECK_EQ(allocations - before, 0);
}

// The low-level interface, through a copy.
static void nothing_is_allocated_by_matrices(const std::string &path) {
  hyb_emulator *emulator = nullptr;
  CHECK_OK(hyb_emulator_open(path.c_str(), nullptr, &emulator));
  const std::vector<float> x(4 * 1000, 1);
  std::vector<float> y(4 * 1000);
  const hyb_view in = view_of(x, {1000, 4}), out = view_of(y, {1000, 4});
  CHECK_OK(hyb_emulator_run(emulator, &in, &out));
  const long before = allocations;
  for (int round = 0; round < 3; ++round) CHECK_OK(hyb_emulator_run(emulator, &in, &out));
  CHECK_EQ(allocations - before, 0);
  CHECK_OK(hyb_emulator_close(emulator));
}

// Those of the library too.
static void the_count_counts() {
  CHECK(every_kind_is_counted());
  const long before = allocations;
  const Scheme scheme("");
  CHECK(allocations - before > 10);
}

int main() {
  if (sanitized) return 77;
  the_count_counts();
  const std::string emulator = write_emulator(column_card);
  nothing_is_allocated_after_the_first_call("");
  nothing_is_allocated_after_the_first_call(emulate(emulator));
  nothing_is_allocated_after_the_first_call(shadow(emulator));
  nothing_is_allocated_after_the_first_call(emulate(write_emulator(replaced(
      column_card, "\"inputs\": [", R"("inputs": [{"name": "a long name of some noise",
        "unit": "1", "role": "noise", "kind": "real", "dims": ["column"]},)"))));
  nothing_is_allocated_by_matrices(emulator);
  nothing_is_allocated_in_two_loops(emulate(emulator));
  nothing_is_allocated_in_two_loops(emulate(write_emulator(column_card, "tile=64 step=16")));
  nothing_is_allocated_in_two_loops(shadow(write_emulator(column_card, "tile=64 step=16")));
  nothing_is_allocated_after_the_first_call(
      shadow(write_emulator(replaced(column_card, "kg m-2 s-1", "a unit that is a long one"))));
  nothing_is_allocated_after_the_first_call(
      "mode = \"record\"\nrecord.steps = 0.0\nrecord.replace = true\n"
      "field.air_temperature.unit = \"K\"\n"
      "field.surface_air_pressure.unit = \"Pa\"\nfield.heating_rate.unit = \"K s-1\"\n"
      "field.rainfall_flux.unit = \"kg m-2 s-1\"");
  return check_failures();
}
