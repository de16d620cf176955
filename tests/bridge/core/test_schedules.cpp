// SPDX-License-Identifier: BSD-3-Clause
// With guards, audit, hooks that learn, constraints and noise: results, counters and what a restart
// holds have the same bits in any schedule. An argument is a seed to begin with.
#include "shuffled_model.hpp"

namespace {

constexpr int64_t ncol = 150, steps = 20;

const hyb_grid &whole() {
  static const std::vector<int64_t> columns = [] {
    std::vector<int64_t> all;
    for (int64_t i = 1; i <= ncol; ++i) all.push_back(i);
    return all;
  }();
  static const Coordinates at(columns);
  static const hyb_grid grid = {sizeof(hyb_grid), ncol,           columns.data(),
                                at.lat.data(),    at.lon.data(), nullptr};
  return grid;
}

Held run(const std::string &table, const Schedule &schedule) {
  return ::run(table, ShuffledModel(ncol), whole(), nullptr, schedule, steps);
}

// Or the test would compare nothing.
void something_happens(const Held &held) {
  const nlohmann::json &all = held.statistics;
  CHECK(all["rejected"] > 0 && all["audited"] > 0 && all["inputs_not_finite"] > 0);
  CHECK_EQ(all["hooks"].size(), 3u);
  for (const nlohmann::json &hook : all["hooks"])
    CHECK(hook["added"].begin().value()["rms"].get<double>() > 0);
  CHECK(all["budgets"][0]["imbalance"]["rms"].get<double>() > 0);
  CHECK(held.state.nrow() > 0 && held.state.nshared() > 0);
}

void any_schedule_has_the_same_bits(const std::string &switches, unsigned seed) {
  const std::string table = online_table(switches);
  const Held expected = run(table, {0, 1, ncol});
  something_happens(expected);
  for (const int64_t block : {1, 7, 32}) {
    const Schedule schedule = {0, 1, block};
    check_same(run(table, schedule), expected, schedule);
  }
  for (const int threads : {1, 2, 4})
    for (unsigned i = 0; i < 6; ++i) {
      const Schedule schedule = {seed + i, threads, 0};
      check_same(run(table, schedule), expected, schedule);
    }
}

// That the comparison would see one bit.
void another_bit_is_seen() {
  const std::string table = online_table();
  const Held one = run(table, {0, 1, ncol});
  Held other = one;
  int seen = check_failed_count;
  other.results[100] = std::nextafter(other.results[100], 0);
  for (hyb::StateArray &array : other.state.arrays)
    if (array.by_column && !array.values.empty())
      array.values[0] = std::nextafter(array.values[0], 1e300);
  other.statistics["rejected"] = 0;
  std::fprintf(stderr, "three sorts of differences that are meant to be seen:\n");
  check_same(other, one, {});
  seen = check_failed_count - seen;
  CHECK(seen >= 3);
  check_failed_count -= seen;
}

}  // namespace

int main(int argc, char **argv) {
  const unsigned seed = argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 1;
  any_schedule_has_the_same_bits("", seed);
  any_schedule_has_the_same_bits("tile=64 step=16", seed + 10);
  any_schedule_has_the_same_bits("flights=2 tile=64 step=16", seed + 20);
  another_bit_is_seen();
  return check_failures();
}
