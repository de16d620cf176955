// SPDX-License-Identifier: BSD-3-Clause
// The audited host, its columns dealt out to the ranks of a job.
#pragma once

#include <mpi.h>

#include <numeric>

#include "../core/audited_model.hpp"

inline int rank_of_job() {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

inline int size_of_job() {
  int size = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  return size;
}

// Some of the columns, as one rank has them.
struct Part {
  std::vector<int64_t> columns;
  hyb_host host{};

  Part(int64_t first, int64_t n) : columns(static_cast<size_t>(n)) {
    std::iota(columns.begin(), columns.end(), first);
    host.size = sizeof host;
  }
  Part &among(MPI_Comm comm) {
    host.has_comm = 1;
    host.comm = MPI_Comm_c2f(comm);
    return *this;
  }
  int64_t ncol() const { return static_cast<int64_t>(columns.size()); }
  hyb_grid grid() const {  // valid as long as this is
    return {sizeof(hyb_grid), ncol(), columns.data(), nullptr, nullptr, nullptr};
  }
};

// Contiguous, of unlike lengths.
inline Part own_part(int64_t all_columns) {
  const int64_t rank = rank_of_job(), size = size_of_job();
  const int64_t begin = all_columns * rank * rank / (size * size);
  const int64_t end = all_columns * (rank + 1) * (rank + 1) / (size * size);
  return Part(begin + 1, end - begin);
}

template <class AnyModel = AuditedModel>
AnyModel model_of(const Part &part, int64_t all_columns) {
  const AnyModel all(all_columns);
  AnyModel model(part.ncol());
  model.offset = part.columns.empty() ? 0 : part.columns[0] - 1;
  for (int64_t i = 0; i < part.ncol(); ++i) {
    model.pressure[static_cast<size_t>(i)] = all.pressure[static_cast<size_t>(model.offset + i)];
    for (int64_t l = 0; l < model_levels; ++l)
      model.temperature[model.at(i, l)] = all.temperature[all.at(model.offset + i, l)];
  }
  return model;
}
