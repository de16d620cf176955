/* SPDX-License-Identifier: BSD-3-Clause */
#include <hybrid.h>
#include <stdio.h>
#include <stdlib.h>

enum { NCOL = 4, NLEV = 3 };

static void check(int32_t status) {
  if (status == HYB_OK) return;
  fprintf(stderr, "%s\n", hyb_last_error());
  exit(1);
}

int main(void) {
  double t[NLEV][NCOL], dtdt[NLEV][NCOL]; /* columns fastest */
  for (int i = 0; i < NLEV * NCOL; ++i) t[0][i] = 230.0 + 5.0 * i, dtdt[0][i] = 0.0;

  hyb_domain *domain;
  hyb_scheme *cooling;
  check(hyb_domain_create("hybrid.toml", NULL, NULL, &domain));
  check(hyb_scheme_create(domain, "cooling", HYB_TOP_DOWN, &cooling));

  hyb_view view = {.size = sizeof view, .data = t, .kind = HYB_REAL64, .rank = 2,
                   .extent = {NCOL, NLEV}, .stride = {sizeof t[0][0], sizeof t[0]}};
  hyb_call call;
  int32_t native_wanted;
  check(hyb_call_open(cooling, NCOL, 1, &call));
  check(hyb_call_put(&call, "air_temperature", &view));
  check(hyb_call_run(&call));
  check(hyb_call_native_wanted(&call, &native_wanted)); /* here a model calls its own routine */
  view.data = dtdt;
  check(hyb_call_get(&call, "tendency_of_air_temperature", &view));
  check(hyb_call_close(&call));

  for (int k = 0; k < NLEV; ++k) printf("%.6e %.6e\n", dtdt[k][0], dtdt[k][NCOL - 1]);
  check(hyb_scheme_destroy(cooling));
  check(hyb_domain_destroy(domain));
}
