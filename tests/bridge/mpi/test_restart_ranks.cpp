// SPDX-License-Identifier: BSD-3-Clause
// Under mpirun: one restart for all ranks, loaded under fewer of them, and what goes wrong on one
// rank fails on all.
#include <mpi.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "check.h"
#include "error.hpp"
#include "restart.hpp"
#include "stateful.hpp"

namespace {

constexpr int64_t spacing = 1000003;  // of global columns: there are gaps

// Some ranks of the job, and the columns that they have.
struct Team {
  MPI_Comm comm;
  hyb::Communicator communicator;
  std::vector<int64_t> columns;
  hyb::Grid grid;

  Team(MPI_Comm among, const std::vector<int64_t> &own)
      : comm(among), communicator(host_of(among)), columns(own), grid(grid_of(columns)) {}

  static hyb_host host_of(MPI_Comm comm) {
    hyb_host host{};
    host.has_comm = 1;
    host.comm = MPI_Comm_c2f(comm);
    return host;
  }
  static hyb::Grid grid_of(const std::vector<int64_t> &columns) {
    const hyb_grid grid = {sizeof grid, static_cast<int64_t>(columns.size()), columns.data(),
                           nullptr, nullptr, nullptr};
    return hyb::Grid(&grid);
  }
  int64_t ncol() const { return grid.ncol(); }
};

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

constexpr int64_t ncolumn = 23;

// Dealt like cards, or in contiguous parts of which the last rank has none.
std::vector<int64_t> own_columns(MPI_Comm comm, bool dealt) {
  const int64_t rank = rank_in(comm), size = size_of(comm);
  const int64_t busy = size > 1 ? size - 1 : 1;
  std::vector<int64_t> columns;
  for (int64_t i = 0; i < ncolumn; ++i)
    if (dealt ? i % size == rank : i * busy / ncolumn == rank)
      columns.push_back((dealt ? ncolumn - i : i + 1) * spacing);
  return columns;
}

Team dealt(MPI_Comm comm) { return {comm, own_columns(comm, true)}; }
Team cut(MPI_Comm comm) { return {comm, own_columns(comm, false)}; }

void save(const Team &team, const std::string &path, Stateful thing) {
  const auto snapshot = hyb::snapshot_of(thing.visit(), team.communicator, team.ncol());
  hyb::save_restart(path, snapshot, team.communicator, team.grid, "");
}

void load(const Team &team, const std::string &path, Stateful &thing) {
  const auto snapshot = hyb::load_restart(path, team.communicator, team.grid, "");
  hyb::restore(snapshot, thing.visit(), team.communicator, team.ncol());
}

void check_loads(const Team &team, const std::string &path) {
  Stateful thing;
  load(team, path, thing);
  CHECK(thing.same_as(learned(team.columns)));
}

// Whoever runs this: all ranks, or those of a part.
template <class Body>
void refused(const Team &team, Body &&body, const char *word) {
  int32_t status = HYB_OK;
  try {
    body();
  } catch (const hyb::Error &error) {
    status = error.status();
    CHECK_HAS(error.what(), word);
  }
  CHECK_EQ(status, HYB_ERROR_STATE);
  int64_t together = 1;  // nobody is left behind
  team.communicator.sum(&together, 1);
  CHECK_EQ(together, team.communicator.size());
}

void is_loaded_by_any_ranks(const std::string &path) {
  save(dealt(MPI_COMM_WORLD), path, learned(own_columns(MPI_COMM_WORLD, true)));
  check_loads(dealt(MPI_COMM_WORLD), path);
  check_loads(cut(MPI_COMM_WORLD), path);
  check_loads(cut(MPI_COMM_SELF), path);
  MPI_Comm part = MPI_COMM_NULL;
  MPI_Comm_split(MPI_COMM_WORLD, rank_in(MPI_COMM_WORLD) > 0, 0, &part);
  check_loads(dealt(part), path);
  MPI_Comm_free(&part);
}

std::string bytes_of(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The file does not depend on the ranks that wrote it.
void is_the_same_by_any_ranks(const std::string &folder) {
  const std::string own = folder + "/alone." + std::to_string(rank_in(MPI_COMM_WORLD)) + ".nc";
  save(cut(MPI_COMM_SELF), own, learned(own_columns(MPI_COMM_SELF, false)));
  check_loads(dealt(MPI_COMM_SELF), own);
  CHECK(bytes_of(own) == bytes_of(folder + "/all.nc"));
}

// Halos: every rank has the first column too.
void columns_may_be_on_several_ranks(const std::string &path) {
  std::vector<int64_t> columns = own_columns(MPI_COMM_WORLD, false);
  if (rank_in(MPI_COMM_WORLD) > 0) columns.push_back(spacing);
  const Team team(MPI_COMM_WORLD, columns);
  save(team, path, learned(columns));
  check_loads(team, path);
  check_loads(dealt(MPI_COMM_WORLD), path);
}

// A rank that nothing was stored on yet goes on with zeros.
void ranks_may_have_no_rows_yet(const std::string &path) {
  const Team team = dealt(MPI_COMM_WORLD);
  Stateful thing = learned(team.columns), loaded;
  const bool empty = rank_in(MPI_COMM_WORLD) > 0;
  if (empty) thing.by_column.clear();
  save(team, path, thing);
  load(team, path, loaded);
  if (empty) thing.by_column.assign(team.columns.size() * 2, 0.0);
  CHECK(loaded.same_as(thing));
}

void has_a_file_of_each_rank(const std::string &folder) {
  const Team team = cut(MPI_COMM_WORLD);
  save(team, folder + "/own.{rank}.nc", learned(team.columns));
  check_loads(team, folder + "/own.{rank}.nc");
  CHECK(std::filesystem::exists(folder + "/own." + std::to_string(team.communicator.rank()) +
                                ".nc"));
}

void other_columns_are_refused(const std::string &path) {
  std::vector<int64_t> columns = own_columns(MPI_COMM_WORLD, false);
  if (rank_in(MPI_COMM_WORLD) == 0) columns.push_back(7);
  const Team more(MPI_COMM_WORLD, columns);
  refused(more, [&] { hyb::load_restart(path, more.communicator, more.grid, ""); },
          "the 24 of the domain, found 23 (without column 7)");
  if (rank_in(MPI_COMM_WORLD) == 0) columns.resize(columns.size() - 2);
  const Team fewer(MPI_COMM_WORLD, columns);
  refused(fewer, [&] { hyb::load_restart(path, fewer.communicator, fewer.grid, ""); },
          "the 22 of the domain, found 23 (with column ");
}

// Only one rank has no folder, no file, or refuses what it gets.
void fails_on_all(const std::string &folder, int failing) {
  const Team team = dealt(MPI_COMM_WORLD);
  const bool mine = rank_in(MPI_COMM_WORLD) == failing;
  const std::string rank = std::to_string(rank_in(MPI_COMM_WORLD));
  const std::string where = folder + (mine ? "/none" : "") + "/one.{rank}.nc";
  refused(team, [&] { save(team, where, learned(team.columns)); }, "No such file or directory");
  Stateful thing = learned(team.columns);
  save(team, folder + "/one.{rank}.nc", thing);
  MPI_Barrier(MPI_COMM_WORLD);
  if (mine) std::filesystem::resize_file(folder + "/one." + rank + ".nc", 500);
  Stateful loaded;
  refused(team, [&] { load(team, folder + "/one.{rank}.nc", loaded); }, "complete NetCDF-4 file");
  CHECK(loaded.same_as(Stateful()));
  if (mine) loaded.last = "other";
  refused(team, [&] { load(team, folder + "/all.nc", loaded); }, "(mean)/other'");
  loaded.last = "last";
  CHECK(loaded.same_as(Stateful()));
}

void one_file_needs_a_communicator(const std::string &folder) {
  setenv("PMI_SIZE", "3", 1);
  setenv("OMPI_COMM_WORLD_SIZE", "3", 1);
  const Team team = cut(MPI_COMM_SELF);
  const hyb::Communicator none{hyb_host{}};
  const std::string rank = std::to_string(none.rank());
  Stateful thing = learned(team.columns);
  const auto snapshot = hyb::snapshot_of(thing.visit(), none, team.ncol());
  refused(team, [&] { hyb::save_restart(folder + "/x.nc", snapshot, none, team.grid, ""); },
          "{rank} in the path");
  refused(team, [&] { hyb::load_restart(folder + "/all.nc", none, team.grid, ""); },
          "{rank} in the path");
  hyb::save_restart(folder + "/each.{rank}.nc", snapshot, none, team.grid, "");
  CHECK_EQ(hyb::load_restart(folder + "/each.{rank}.nc", none, team.grid, "").nrow(), 2);
}

std::string common_folder() {
  char name[] = "/tmp/hybrid-ranks-XXXXXX";
  if (rank_in(MPI_COMM_WORLD) == 0) CHECK(mkdtemp(name));
  MPI_Bcast(name, sizeof name, MPI_CHAR, 0, MPI_COMM_WORLD);
  return name;
}

}  // namespace

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  const std::string folder = common_folder();
  is_loaded_by_any_ranks(folder + "/all.nc");
  is_the_same_by_any_ranks(folder);
  columns_may_be_on_several_ranks(folder + "/halo.nc");
  ranks_may_have_no_rows_yet(folder + "/rows.nc");
  has_a_file_of_each_rank(folder);
  other_columns_are_refused(folder + "/all.nc");
  fails_on_all(folder, size_of(MPI_COMM_WORLD) - 1);
  fails_on_all(folder, 0);
  one_file_needs_a_communicator(folder);
  MPI_Barrier(MPI_COMM_WORLD);
  if (rank_in(MPI_COMM_WORLD) == 0) std::filesystem::remove_all(folder);
  MPI_Finalize();
  return check_failures();
}
