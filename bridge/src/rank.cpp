// SPDX-License-Identifier: BSD-3-Clause
#include "rank.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <initializer_list>

namespace hyb {
namespace {

// As every Fortran binding exports it: no mpi.h is needed and any MPI will do.
using Ask = void (*)(const int32_t *comm, int32_t *answer, int32_t *error);

int32_t asked(const char *function, int32_t comm, int32_t other) {
  const auto ask = reinterpret_cast<Ask>(dlsym(RTLD_DEFAULT, function));
  if (!ask) return other;
  int32_t answer = 0, error = 0;
  ask(&comm, &answer, &error);
  return error == 0 ? answer : other;
}

int32_t first_number(std::initializer_list<const char *> variables, int32_t other = 0) {
  for (const char *name : variables)
    if (const char *text = std::getenv(name)) return static_cast<int32_t>(std::atoi(text));
  return other;
}

}  // namespace

int32_t fortran_rank(int32_t comm, int32_t other) { return asked("mpi_comm_rank_", comm, other); }

int32_t fortran_size(int32_t comm, int32_t other) { return asked("mpi_comm_size_", comm, other); }

int32_t launched_rank() {
  return first_number({"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "MV2_COMM_WORLD_RANK"});
}

int32_t launched_size() {
  return first_number({"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MV2_COMM_WORLD_SIZE"}, 1);
}

int32_t local_rank() {
  return first_number({"OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID",
                       "PMI_LOCAL_RANK", "MV2_COMM_WORLD_LOCAL_RANK", "PALS_LOCAL_RANKID"});
}

}  // namespace hyb
