// SPDX-License-Identifier: BSD-3-Clause
// The MPI that the host has, found in the process by the names of its C functions. No mpi.h is
// included: what differs between the families of MPI are the type of a handle and a few constants.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace hyb {

// A communicator of the host.
class HostMpi {
 public:
  virtual ~HostMpi() = default;

  virtual int32_t rank() const = 0;
  virtual int32_t size() const = 0;
  // Over all ranks, in place; collective. They fail with what MPI returned, where the host has it
  // return errors; once they did they fail at once, so that nobody waits for ranks that are gone.
  virtual void sum(int64_t *values, int32_t n) const = 0;
  virtual void max(int64_t *values, int32_t n) const = 0;
  virtual void check() const = 0;  // fails if one of them did

  // By the Fortran handle of the communicator. Null if no MPI is in sight whose handles are known,
  // and then `why` says so; fails for MPI_COMM_NULL.
  static std::unique_ptr<HostMpi> find(int32_t comm, std::string &why);
};

// Is MPI between its initialisation and its end? True where nobody can be asked.
bool mpi_runs();

}  // namespace hyb
