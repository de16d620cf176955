/* SPDX-License-Identifier: BSD-3-Clause
 * many_calls CONFIG COUNT good|bad: puts COUNT blocks through the scheme, all well or all with an
 * input missing, and prints by how many kB the process grew after the first tenth. */
#include <hybrid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ncol = 16, nlev = 4 };

static double t[nlev][ncol], p[ncol], heating[nlev][ncol], warming[nlev][ncol], flux[ncol];

static void require(int32_t status) {
  if (status == HYB_OK) return;
  fprintf(stderr, "%s\n", hyb_last_error());
  exit(1);
}

static hyb_view view(void *data, int64_t levels) {
  hyb_view view = {.size = sizeof view, .data = data, .kind = HYB_REAL64, .rank = levels ? 2 : 1};
  view.extent[0] = ncol;
  view.extent[1] = levels;
  view.stride[0] = sizeof(double);
  view.stride[1] = ncol * sizeof(double);
  return view;
}

static void block(hyb_scheme *scheme, int good) {
  const hyb_view in[] = {view(t, nlev), view(p, 0)};
  const hyb_view out[] = {view(heating, nlev), view(warming, nlev), view(flux, 0)};
  hyb_call call;
  require(hyb_call_open(scheme, ncol, 1, &call));
  require(hyb_call_put(&call, "air_temperature", &in[0]));
  if (good) require(hyb_call_put(&call, "surface_air_pressure", &in[1]));
  if (hyb_call_run(&call) != (good ? HYB_OK : HYB_ERROR_FIELD)) exit(2);
  require(hyb_call_get(&call, "heating", &out[0]));
  require(hyb_call_get(&call, "warming", &out[1]));
  require(hyb_call_get(&call, "flux", &out[2]));
  require(hyb_call_close(&call));
}

static long resident_kB(void) {
  long pages = 0, size;
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file || fscanf(file, "%ld %ld", &size, &pages) != 2) exit(3);
  fclose(file);
  return pages * 4;
}

int main(int argc, char **argv) {
  if (argc != 4) return 4;
  const long count = atol(argv[2]);
  const int good = strcmp(argv[3], "good") == 0;
  long before = 0;
  hyb_domain *domain;
  hyb_scheme *scheme;
  require(hyb_domain_create(argv[1], NULL, NULL, &domain));
  require(hyb_scheme_create(domain, "radiation", HYB_TOP_DOWN, &scheme));
  for (long i = 0; i < count; ++i) {
    if (i == count / 10) before = resident_kB();
    if (i % 100 == 0) require(hyb_domain_step(domain, i, NULL, 1800));
    block(scheme, good);
  }
  printf("%ld\n", resident_kB() - before);
  require(hyb_scheme_destroy(scheme));
  require(hyb_domain_destroy(domain));
  return 0;
}
