// SPDX-License-Identifier: BSD-3-Clause
// The rank: from the host's own MPI through its Fortran handle, else from the launcher.
#include <nlohmann/json.hpp>

#include "fixture.hpp"

static int32_t mpi_calls = 0;

// The host's MPI; it knows one communicator.
extern "C" __attribute__((visibility("default"))) void mpi_comm_rank_(const int32_t *comm,
                                                                      int32_t *rank,
                                                                      int32_t *error) {
  ++mpi_calls;
  *error = *comm == 44 ? 0 : 5;
  if (*error == 0) *rank = 3;
}

static int32_t rank_of(int32_t has_comm, int32_t comm) {
  hyb_host host{};
  host.size = sizeof host;
  host.has_comm = has_comm;
  host.comm = comm;
  const Domain domain("", nullptr, &host);
  const char *json = nullptr;
  CHECK_OK(hyb_domain_statistics(domain.handle, &json));
  return nlohmann::json::parse(json)["rank"].get<int32_t>();
}

int main() {
  for (const char *name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "MV2_COMM_WORLD_RANK"})
    unsetenv(name);
  CHECK_EQ(rank_of(0, 44), 0);
  CHECK_EQ(mpi_calls, 0);
  CHECK_EQ(rank_of(1, 44), 3);
  CHECK_EQ(mpi_calls, 1);
  CHECK_EQ(rank_of(1, 45), 0);
  setenv("PMI_RANK", "7", 1);
  CHECK_EQ(rank_of(0, 0), 7);
  CHECK_EQ(rank_of(1, 44), 3);
  return check_failures();
}
