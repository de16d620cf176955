// SPDX-License-Identifier: BSD-3-Clause
#include "communicator.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "hash.hpp"
#include "rank.hpp"

namespace hyb {
namespace {

std::string among_processes(const std::string &found) {
  return "sums over columns are of each of " + std::to_string(launched_size()) +
         " processes alone: expected a communicator, found " + found;
}

// Short enough to have a sign.
int64_t number_of(const std::string &text) {
  return static_cast<int64_t>(hash_of_letters(text) >> 2);
}

}  // namespace

// A communicator is not asked before MPI_Init or after MPI_Finalize: that would end the process.
Communicator::Communicator(const hyb_host &host) : rank_(launched_rank()) {
  if (host.has_comm && mpi_runs())
    ask(host.comm);
  else if (launched_size() > 1)
    why_ = among_processes(host.has_comm ? "one while MPI is not initialised" : "none");
}

void Communicator::ask(int32_t comm) {
  std::string why;
  mpi_ = HostMpi::find(comm, why);
  rank_ = mpi_ ? mpi_->rank() : fortran_rank(comm, rank_);
  size_ = mpi_ ? mpi_->size() : fortran_size(comm, launched_size());
  if (!mpi_ && size_ > 1) why_ = among_processes("one that cannot be used, as " + why);
  if (size_ == 1) mpi_ = nullptr;
}

// MPI counts in int32. Parts are far smaller, for some MPI copies them.
template <class Reduce>
void Communicator::in_parts(int64_t *values, int64_t n, Reduce reduce) const {
  if (!mpi_ || !mpi_runs()) return;
  constexpr int64_t most = 1 << 22;
  for (int64_t first = 0; first < n; first += most)
    reduce(values + first, static_cast<int32_t>(std::min(most, n - first)));
}

void Communicator::sum(int64_t *values, int64_t n) const {
  in_parts(values, n, [&](int64_t *part, int32_t count) { mpi_->sum(part, count); });
}

void Communicator::max(int64_t *values, int64_t n) const {
  in_parts(values, n, [&](int64_t *part, int32_t count) { mpi_->max(part, count); });
}

void Communicator::check() const {
  if (mpi_) mpi_->check();
}

bool Communicator::same(const std::string &text) const {
  int64_t most_and_least[] = {number_of(text), -number_of(text)};
  max(most_and_least, 2);
  return most_and_least[0] == -most_and_least[1];
}

void Communicator::leave(const std::string &why) {
  mpi_ = nullptr;
  why_ = why;
}

std::string Communicator::first_text(const std::string &own) const {
  int64_t first = own.empty() ? 0 : size_ - rank_;  // the first rank has the largest number
  max(&first, 1);
  std::array<int64_t, 125> words{};
  if (first > 0 && first == size_ - rank_)
    std::memcpy(words.data(), own.data(), std::min(own.size(), sizeof words));
  if (first > 0) sum(words.data(), words.size());
  const char *text = reinterpret_cast<const char *>(words.data());
  return {text, strnlen(text, sizeof words)};
}

}  // namespace hyb
