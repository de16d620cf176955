// SPDX-License-Identifier: BSD-3-Clause
// Under mpirun: sums over real ranks have the bits of one process's, and failures of one rank hang
// none.
#include <mpi.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

#include "check.h"
#include "communicator.hpp"
#include "error.hpp"
#include "reproducible_sums.hpp"

namespace {

constexpr int ncolumn = 1000, nsum = 3;

hyb_host host_of(MPI_Comm comm) {
  hyb_host host{};
  host.has_comm = 1;
  host.comm = MPI_Comm_c2f(comm);
  return host;
}

hyb::Communicator communicator_of(MPI_Comm comm) { return hyb::Communicator(host_of(comm)); }

int rank_in(MPI_Comm comm) {
  int rank = -1;
  MPI_Comm_rank(comm, &rank);
  return rank;
}

int size_of(MPI_Comm comm) {
  int size = 0;
  MPI_Comm_size(comm, &size);
  return size;
}

// Of 40 orders of magnitude, the same on every rank.
std::vector<double> all_values() {
  std::mt19937_64 random(3);
  std::vector<double> values(ncolumn * nsum);
  for (double &value : values)
    value = std::ldexp(static_cast<double>(static_cast<int64_t>(random())),
                       static_cast<int>(random() % 133) - 66);
  return values;
}

void give_columns(hyb::Adder &adder, const std::vector<double> &values, int first, int step) {
  for (int column = first; column < ncolumn; column += step)
    for (int sum = 0; sum < nsum; ++sum)
      adder.add(static_cast<size_t>(sum), values[static_cast<size_t>(column * nsum + sum)]);
}

void knows_its_ranks(const hyb::Communicator &all) {
  CHECK(all.reduces());
  CHECK_EQ(all.rank(), rank_in(MPI_COMM_WORLD));
  CHECK_EQ(all.size(), size_of(MPI_COMM_WORLD));
}

void reduces_integers(const hyb::Communicator &all) {
  constexpr int64_t n = (int64_t{1} << 22) + 3;  // more than goes in one part
  std::vector<int64_t> values(n, all.rank() + 1);
  values[n - 1] = INT64_MIN + all.rank();
  all.max(values.data(), n);
  CHECK(values[0] == all.size() && values[n - 1] == INT64_MIN + all.size() - 1);
  std::fill(values.begin(), values.end(), int64_t{1} << 40);
  all.sum(values.data(), n);
  CHECK(values[0] == all.size() * (int64_t{1} << 40) && values[n - 1] == values[0]);
  all.sum(nullptr, 0);
}

void sums_as_one_process(const hyb::Communicator &all) {
  const std::vector<double> values = all_values();
  const auto expected =
      hyb::reproducible_sums(hyb::Communicator(hyb_host{}), nsum,
                             [&](hyb::Adder &adder) { give_columns(adder, values, 0, 1); });
  const auto found = hyb::reproducible_sums(all, nsum, [&](hyb::Adder &adder) {
    give_columns(adder, values, all.rank(), all.size());
  });
  CHECK(found.size() == expected.size() &&
        std::memcmp(found.data(), expected.data(), nsum * sizeof(double)) == 0);
}

// A rank without columns does not know how many sums there are.
void takes_the_largest_number(const hyb::Communicator &all) {
  const bool knows = all.rank() == all.size() - 1;
  const auto found = hyb::reproducible_sums(all, knows ? 2 : 0, [&](hyb::Adder &adder) {
    if (knows) adder.add(1, 2.5);
  });
  CHECK(found.size() == 2 && found[0] == 0 && found[1] == 2.5);
}

// The rank that fails says why, the others that one did; then all go on.
void fails_on_all_ranks(const hyb::Communicator &all, int failing_pass) {
  int pass = 0;
  const int failing = all.size() - 1;
  int32_t status = HYB_OK;
  try {
    hyb::reproducible_sums(all, 1, [&](hyb::Adder &adder) {
      adder.add(0, 1.0);
      if (all.rank() == failing && ++pass == failing_pass) hyb::fail(HYB_ERROR_GUARD, "own reason");
    });
  } catch (const hyb::Error &error) {
    status = error.status();
    CHECK_HAS(error.what(), all.rank() == failing ? "own reason" : "1 that failed");
  }
  CHECK_EQ(status, all.rank() == failing ? HYB_ERROR_GUARD : HYB_ERROR_INTERNAL);
  sums_as_one_process(all);
}

void works_on_a_part_of_the_ranks(const hyb::Communicator &all) {
  MPI_Comm part = MPI_COMM_NULL;
  MPI_Comm_split(MPI_COMM_WORLD, all.rank() % 2, -all.rank(), &part);
  const hyb::Communicator some = communicator_of(part);
  CHECK_EQ(some.size(), size_of(part));
  CHECK_EQ(some.rank(), rank_in(part));
  sums_as_one_process(some);
  MPI_Comm_free(&part);
}

void refuses_the_null_communicator() {
  int32_t status = HYB_OK;
  try {
    communicator_of(MPI_COMM_NULL);
  } catch (const hyb::Error &error) {
    status = error.status();
    CHECK_HAS(error.what(), "found MPI_COMM_NULL");
  }
  CHECK_EQ(status, HYB_ERROR_ARGUMENT);
}

void is_quiet_after_the_end(const hyb::Communicator &all, const hyb_host &host) {
  int64_t value = 7;
  all.sum(&value, 1);
  CHECK_EQ(value, 7);
  CHECK_EQ(hyb::Communicator(host).reduces(), all.size() == 1);
}

}  // namespace

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  const hyb_host host = host_of(MPI_COMM_WORLD);
  const hyb::Communicator all(host);
  if (argc > 1) CHECK_EQ(all.size(), std::atoi(argv[1]));  // that mpirun and MPI belong together
  knows_its_ranks(all);
  reduces_integers(all);
  sums_as_one_process(all);
  takes_the_largest_number(all);
  fails_on_all_ranks(all, 1);
  fails_on_all_ranks(all, 2);
  works_on_a_part_of_the_ranks(all);
  refuses_the_null_communicator();
  MPI_Finalize();
  is_quiet_after_the_end(all, host);
  return check_failures();
}
