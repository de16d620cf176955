// SPDX-License-Identifier: BSD-3-Clause
// Under mpirun: ranks whose blocks come in schedules of their own hold the bits of one process.
#include <cstdlib>

#include "../core/shuffled_model.hpp"
#include "parts.hpp"

namespace {

constexpr int64_t all_columns = 150, steps = 12;

Held run(const Part &part, const std::string &table, const Schedule &schedule) {
  const Coordinates at(part.columns);
  hyb_grid grid = part.grid();
  grid.lat = at.lat.data();
  grid.lon = at.lon.data();
  return run(table, model_of<ShuffledModel>(part, all_columns), grid, &part.host, schedule, steps);
}

// Rows of all columns become rows of some of them.
std::vector<double> cut_out(const std::vector<double> &all, const Part &part) {
  std::vector<double> own;
  for (size_t row = 0; row < all.size(); row += all_columns)
    for (const int64_t column : part.columns)
      own.push_back(all[row + static_cast<size_t>(column) - 1]);
  return own;
}

Held cut_out(Held all, const Part &part) {
  all.results = cut_out(all.results, part);
  for (hyb::StateArray &array : all.state.arrays)
    if (array.by_column) array.values = cut_out(array.values, part);
  return all;
}

void ranks_hold_the_bits_of_one_process(unsigned seed) {
  const std::string table = online_table();
  const Part own = own_part(all_columns).among(MPI_COMM_WORLD), whole(1, all_columns);
  const Held expected = cut_out(run(whole, table, {0, 1, all_columns}), own);
  for (const int threads : {1, 2}) {
    const Schedule schedule = {seed + 7 * static_cast<unsigned>(rank_of_job()), threads, 0};
    const Held found = run(own, table, schedule);
    CHECK(same_bits(found.results, expected.results));
    check_state(found.state, expected.state, schedule.words());
    CHECK(found.statistics["audit"] == expected.statistics["audit"]);
  }
}

}  // namespace

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  CHECK(argc >= 2 && size_of_job() == std::atoi(argv[1]));
  const unsigned first = argc > 2 ? static_cast<unsigned>(std::atoi(argv[2])) : 1;
  for (unsigned seed = first; seed < first + 2; ++seed) ranks_hold_the_bits_of_one_process(seed);
  MPI_Finalize();
  return check_failures();
}
