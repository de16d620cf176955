// SPDX-License-Identifier: BSD-3-Clause
// The C functions of hybrid.h that save and load what a domain knows.
#include "domain.hpp"
#include "error.hpp"
#include "floating_point.hpp"
#include "handles.hpp"
#include "on_all_ranks.hpp"
#include "state_arrays.hpp"

namespace {

using hyb::checked;
using hyb::checked_text;
using hyb::guarded;

hyb::Domain &domain_of(hyb_domain *domain) { return *checked(domain, "domain").shared; }

void compare(const char *what, int64_t expected, int64_t found) {
  if (expected != found)
    hyb::mismatch(HYB_ERROR_SHAPE, what, std::to_string(expected), std::to_string(found));
}

// Arrays without values need no address.
void check_arrays(const double *shared, int64_t nshared, const double *columns, int64_t nrow,
                  int64_t ncol) {
  if (nshared < 0 || nrow < 0)
    hyb::mismatch(HYB_ERROR_ARGUMENT, "length of the state", "0 or more",
                  std::to_string(nshared < 0 ? nshared : nrow));
  if (nshared > 0) checked(shared, "shared");
  if (nrow > 0 && ncol > 0) checked(columns, "columns");
}

}  // namespace

extern "C" {

int32_t hyb_domain_save(hyb_domain *domain, const char *path) {
  return guarded("hyb_domain_save", [&] {
    const hyb::FloatingPointGuard guard;
    domain_of(domain).save(checked_text(path, "path"));
  });
}

int32_t hyb_domain_load(hyb_domain *domain, const char *path) {
  return guarded("hyb_domain_load", [&] {
    const hyb::FloatingPointGuard guard;
    domain_of(domain).load(checked_text(path, "path"));
  });
}

int32_t hyb_domain_state_shape(hyb_domain *domain, int64_t *nshared, int64_t *nrow,
                               int64_t *ncol) {
  return guarded("hyb_domain_state_shape", [&] {
    checked(nshared, "nshared") = checked(nrow, "nrow") = checked(ncol, "ncol") = 0;
    const hyb::FloatingPointGuard guard;
    const hyb::Snapshot snapshot = domain_of(domain).snapshot();
    *nshared = hyb::described_length(snapshot);
    *nrow = snapshot.nrow();
    *ncol = domain_of(domain).grid().ncol();
  });
}

int32_t hyb_domain_state_get(hyb_domain *domain, double *shared, int64_t nshared, double *columns,
                             int64_t nrow, int64_t ncol) {
  return guarded("hyb_domain_state_get", [&] {
    const hyb::FloatingPointGuard guard;
    const hyb::Snapshot snapshot = domain_of(domain).snapshot();
    compare("length of shared", hyb::described_length(snapshot), nshared);
    compare("rows of columns", snapshot.nrow(), nrow);
    compare("columns of the domain", domain_of(domain).grid().ncol(), ncol);
    check_arrays(shared, nshared, columns, nrow, ncol);
    hyb::write_arrays(snapshot, shared, columns);
    domain_of(domain).taken();
  });
}

int32_t hyb_domain_state_set(hyb_domain *domain, const double *shared, int64_t nshared,
                             const double *columns, int64_t nrow, int64_t ncol) {
  return guarded("hyb_domain_state_set", [&] {
    const hyb::FloatingPointGuard guard;
    hyb::Domain &own = domain_of(domain);
    hyb::Snapshot snapshot;
    hyb::on_all_ranks(own.communicator(), [&] {
      compare("columns of the domain", own.grid().ncol(), ncol);
      check_arrays(shared, nshared, columns, nrow, ncol);
      snapshot = hyb::read_arrays(shared, nshared, columns, nrow, ncol);
    });
    own.restore(snapshot, "state");
  });
}

}  // extern "C"
