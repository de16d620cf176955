// SPDX-License-Identifier: BSD-3-Clause
#include "rank.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <initializer_list>

namespace hyb {
namespace {

// MPI_Comm_rank as every Fortran binding exports it. It takes the handle as an integer, so no
// mpi.h is needed and any MPI will do.
using FortranCommRank = void (*)(const int32_t *comm, int32_t *rank, int32_t *error);

bool rank_in(int32_t comm, int32_t &rank) {
  const auto comm_rank =
      reinterpret_cast<FortranCommRank>(dlsym(RTLD_DEFAULT, "mpi_comm_rank_"));
  if (!comm_rank) return false;
  int32_t error = 0;
  comm_rank(&comm, &rank, &error);
  return error == 0;
}

int32_t first_number(std::initializer_list<const char *> variables) {
  for (const char *name : variables)
    if (const char *text = std::getenv(name)) return static_cast<int32_t>(std::atoi(text));
  return 0;
}

}  // namespace

int32_t rank_of(const hyb_host &host) {
  int32_t rank = 0;
  if (host.has_comm && rank_in(host.comm, rank)) return rank;
  return first_number({"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "MV2_COMM_WORLD_RANK"});
}

int32_t local_rank() {
  return first_number({"OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID",
                       "PMI_LOCAL_RANK", "MV2_COMM_WORLD_LOCAL_RANK", "PALS_LOCAL_RANKID"});
}

}  // namespace hyb
