// SPDX-License-Identifier: BSD-3-Clause
#include "host_mpi.hpp"

#include <dlfcn.h>

#include <array>

#include "error.hpp"

namespace hyb {
namespace {

template <class Function>
Function *in_process(const char *name) {
  return reinterpret_cast<Function *>(dlsym(RTLD_DEFAULT, name));
}

constexpr int success = 0;  // of every MPI
constexpr size_t longest_text = 8192;  // MPI_MAX_LIBRARY_VERSION_STRING, MPI_MAX_ERROR_STRING: less

// ": invalid communicator", in the words of that MPI.
std::string meaning_of(int error) {
  std::array<char, longest_text> text{};
  int length = 0;
  const auto ask = in_process<int(int, char *, int *)>("MPI_Error_string");
  if (!ask || ask(error, text.data(), &length) != success) return "";
  return std::string(": ") + text.data();
}

// What the MPI of a family calls its things. A handle is a pointer or an integer.
template <class Handle>
struct Words {
  Handle comm, null, int64, sum, max;
  const void *in_place;
};

template <class Handle>
class Family final : public HostMpi {
 public:
  explicit Family(const Words<Handle> &words) : words_(words) {
    if (!words.comm || words.comm == words.null)
      mismatch(HYB_ERROR_ARGUMENT, "communicator", "one that this process belongs to",
               words.comm ? "MPI_COMM_NULL" : "a handle that MPI does not know");
  }
  int32_t rank() const override { return asked("MPI_Comm_rank"); }
  int32_t size() const override { return asked("MPI_Comm_size"); }
  void sum(int64_t *values, int32_t n) const override { reduce(values, n, words_.sum); }
  void max(int64_t *values, int32_t n) const override { reduce(values, n, words_.max); }
  void check() const override { check("MPI_Allreduce", failed_); }

 private:
  using Ask = int(Handle, int *);
  using Reduce = int(const void *, void *, int, Handle, Handle, Handle);

  static void check(const char *function, int error) {
    if (error != success)
      mismatch(HYB_ERROR_ARGUMENT, function, "success with the communicator of the domain",
               "error " + std::to_string(error) + " of MPI" + meaning_of(error));
  }
  int32_t asked(const char *function) const {
    int answer = 0;
    check(function, in_process<Ask>(function)(words_.comm, &answer));
    return answer;
  }
  void reduce(int64_t *values, int32_t n, Handle operation) const {
    if (failed_ == success)
      failed_ = in_process<Reduce>("MPI_Allreduce")(words_.in_place, values, n, words_.int64,
                                                    operation, words_.comm);
    check();
  }

  const Words<Handle> words_;
  // The first error. After it ranks may be anywhere, so that nobody is waited for any more.
  mutable int failed_ = success;
};

// The handles of Open MPI are addresses of objects that it exports (mpi.h of Open MPI 1.4 to 5).
std::unique_ptr<HostMpi> open_mpi(int32_t comm) {
  using Handle = void *;
  const auto from_fortran = in_process<Handle(int)>("MPI_Comm_f2c");
  const Handle int64 = dlsym(RTLD_DEFAULT, "ompi_mpi_int64_t");
  if (!from_fortran || !int64) return nullptr;
  return std::make_unique<Family<Handle>>(
      Words<Handle>{from_fortran(comm), dlsym(RTLD_DEFAULT, "ompi_mpi_comm_null"), int64,
                    dlsym(RTLD_DEFAULT, "ompi_mpi_op_sum"), dlsym(RTLD_DEFAULT, "ompi_mpi_op_max"),
                    reinterpret_cast<const void *>(intptr_t{1})});
}

std::string library_version() {
  std::array<char, longest_text> text{};
  int length = 0;
  const auto version = in_process<int(char *, int *)>("MPI_Get_library_version");
  if (version) version(text.data(), &length);
  return text.data();
}

// An MPI of the standard's own ABI (MPI 5) may call itself MPICH too, with handles of its own.
bool has_standard_abi() {
  Dl_info info{};
  void *function = dlsym(RTLD_DEFAULT, "MPI_Allreduce");
  return function && dladdr(function, &info) && info.dli_fname &&
         std::string(info.dli_fname).find("mpi_abi") != std::string::npos;
}

bool is_of_mpich_family(const std::string &version) {
  if (has_standard_abi()) return false;
  for (const char *name : {"MPICH", "MVAPICH", "Intel(R) MPI", "ParaStation MPI"})
    if (version.find(name) != std::string::npos) return true;
  return false;
}

// Of the MPICH ABI (www.mpich.org/abi), the handles are integers, in C as in Fortran; the constants
// are those of mpi.h of MPICH 3.1 to 4.
std::unique_ptr<HostMpi> mpich(int32_t comm) {
  return std::make_unique<Family<int>>(Words<int>{comm, 0x04000000, 0x4c00083a, 0x58000003,
                                                  0x58000001,
                                                  reinterpret_cast<const void *>(intptr_t{-1})});
}

// -1: nobody to ask.
int answer_of(const char *function) {
  int answer = 0;
  const auto ask = in_process<int(int *)>(function);
  if (!ask || ask(&answer) != 0) return -1;
  return answer != 0;
}

}  // namespace

bool mpi_runs() { return answer_of("MPI_Initialized") != 0 && answer_of("MPI_Finalized") != 1; }

std::unique_ptr<HostMpi> HostMpi::find(int32_t comm, std::string &why) {
  if (!dlsym(RTLD_DEFAULT, "MPI_Allreduce")) {
    why = "no function MPI_Allreduce is in sight in this process";
    return nullptr;
  }
  if (auto found = open_mpi(comm)) return found;
  const std::string version = library_version();
  if (is_of_mpich_family(version)) return mpich(comm);
  why = "this MPI is neither Open MPI nor of the MPICH family: '" + version.substr(0, 60) + "'";
  return nullptr;
}

}  // namespace hyb
