// SPDX-License-Identifier: BSD-3-Clause
// Communicators that cannot reduce: none, MPI that does not run, an MPI that nobody knows, one that
// fails.
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <string>
#include <vector>

#include "check.h"
#include "communicator.hpp"
#include "error.hpp"

#define EXPORTED extern "C" __attribute__((visibility("default")))

static int initialized = 1, finalized = 0, questions = 0;
static const char *version = "Own MPI 1.0";
static int returned = 0;         // by MPI_Allreduce
static std::vector<int> counts;  // of it

EXPORTED int MPI_Initialized(int *flag) { return *flag = initialized, 0; }
EXPORTED int MPI_Finalized(int *flag) { return *flag = finalized, 0; }
EXPORTED int MPI_Get_library_version(char *text, int *length) {
  std::strcpy(text, version);
  return *length = static_cast<int>(std::strlen(text)), 0;
}
EXPORTED int MPI_Allreduce(const void *, void *, int count, int, int, int) {
  ++questions;
  counts.push_back(count);
  return returned;
}
EXPORTED int MPI_Error_string(int error, char *text, int *length) {
  if (error != 13) return 1;
  std::strcpy(text, "a rank is gone");
  return *length = static_cast<int>(std::strlen(text)), 0;
}
EXPORTED int MPI_Comm_rank(int, int *rank) { return *rank = 1, 0; }
EXPORTED int MPI_Comm_size(int, int *size) { return *size = 2, 0; }
EXPORTED void mpi_comm_rank_(const int32_t *, int32_t *rank, int32_t *error) {
  ++questions;
  *rank = 2;
  *error = 0;
}
EXPORTED void mpi_comm_size_(const int32_t *comm, int32_t *size, int32_t *error) {
  ++questions;
  *size = *comm;
  *error = 0;
}

static hyb::Communicator with_comm(int32_t comm) {
  hyb_host host{};
  host.has_comm = 1;
  host.comm = comm;
  return hyb::Communicator(host);
}

static void launched(const char *rank, const char *size) {
  setenv("PMI_RANK", rank, 1);
  setenv("PMI_SIZE", size, 1);
}

// Values stay this process's own, and nobody is asked.
static void leaves_values(const hyb::Communicator &communicator) {
  int64_t values[] = {3, -4};
  communicator.sum(values, 2);
  communicator.max(values, 2);
  CHECK(values[0] == 3 && values[1] == -4);
}

static void alone() {
  const hyb::Communicator communicator{hyb_host{}};
  CHECK(communicator.reduces());
  CHECK(communicator.rank() == 0 && communicator.size() == 1);
  leaves_values(communicator);
}

static void without_a_communicator() {
  launched("1", "4");
  const hyb::Communicator communicator{hyb_host{}};
  CHECK(!communicator.reduces());
  CHECK_HAS(communicator.why().c_str(), "each of 4 processes");
  CHECK_HAS(communicator.why().c_str(), "found none");
  CHECK(communicator.rank() == 1 && communicator.size() == 1);
  leaves_values(communicator);
}

// Asking it then would end the process.
static void while_mpi_does_not_run() {
  launched("1", "4");
  for (const int began : {0, 1}) {
    initialized = began;
    finalized = 1;
    questions = 0;
    const hyb::Communicator communicator = with_comm(7);
    CHECK(!communicator.reduces());
    CHECK_HAS(communicator.why().c_str(), "not initialised");
    CHECK(communicator.rank() == 1 && communicator.size() == 1);
    CHECK_EQ(questions, 0);
  }
  initialized = 1;
  finalized = 0;
}

static void of_an_unknown_mpi() {
  launched("0", "3");
  const hyb::Communicator several = with_comm(3), one = with_comm(1);
  CHECK(!several.reduces());
  CHECK_HAS(several.why().c_str(), "Own MPI 1.0");
  CHECK(several.rank() == 2 && several.size() == 3);
  CHECK(one.reduces());
  CHECK_EQ(one.size(), 1);
  questions = 0;
  leaves_values(several);
  leaves_values(one);
  CHECK_EQ(questions, 0);
}

// By the names it goes by.
static void of_the_mpich_family() {
  for (const char *name : {"MPICH Version: 4.0", "MVAPICH2 2.3", "Intel(R) MPI Library 2021.1",
                           "ParaStation MPI 5", "MPI VERSION : CRAY MPICH version 8.1"}) {
    version = name;
    CHECK(with_comm(7).reduces());
    CHECK(with_comm(7).rank() == 1 && with_comm(7).size() == 2);
  }
}

// The values are not there: nobody reads them.
static void reduces_in_parts() {
  constexpr int64_t n = (int64_t{1} << 31) + 5;
  counts.clear();
  int64_t none = 0;
  with_comm(7).sum(&none, n);
  int64_t total = 0;
  for (const int count : counts) total += count;
  CHECK_EQ(total, n);
}

static void fails(const hyb::Communicator &communicator, std::initializer_list<const char *> words) {
  int64_t value = 1;
  int32_t status = HYB_OK;
  try {
    communicator.sum(&value, 1);
  } catch (const hyb::Error &error) {
    status = error.status();
    for (const char *word : words) CHECK_HAS(error.what(), word);
  }
  CHECK_EQ(status, HYB_ERROR_ARGUMENT);
}

static void tells_what_mpi_returned() {
  for (const int error : {13, 14}) {
    returned = error;
    const std::string number = "error " + std::to_string(error) + " of MPI";
    fails(with_comm(7), {"MPI_Allreduce: expected success", number.c_str(),
                         error == 13 ? "a rank is gone" : "found"});
  }
  returned = 0;
}

// The other ranks may be anywhere, or nowhere.
static void waits_for_nobody_after_a_failure() {
  const hyb::Communicator communicator = with_comm(7), copy = communicator;
  communicator.check();
  returned = 13;
  fails(communicator, {"error 13"});
  returned = 0;
  questions = 0;
  fails(communicator, {"error 13"});
  fails(copy, {"error 13"});
  int32_t status = HYB_OK;
  try {
    copy.check();
  } catch (const hyb::Error &error) {
    status = error.status();
  }
  CHECK_EQ(status, HYB_ERROR_ARGUMENT);
  CHECK_EQ(questions, 0);
}

int main() {
  for (const char *name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "MV2_COMM_WORLD_RANK",
                           "OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MV2_COMM_WORLD_SIZE"})
    unsetenv(name);
  alone();
  without_a_communicator();
  while_mpi_does_not_run();
  of_an_unknown_mpi();
  of_the_mpich_family();
  reduces_in_parts();
  tells_what_mpi_returned();
  waits_for_nobody_after_a_failure();
  return check_failures();
}
