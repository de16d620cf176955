/* SPDX-License-Identifier: BSD-3-Clause
 * columns CONFIG INPUT OUTPUT NCOL BLOCK...: reads temperature (level, column) and pressure, puts
 * them through the scheme in blocks of each of the sizes, on OMP_NUM_THREADS threads, and writes
 * heating, warming and flux once for each size. */
#include <hybrid.h>
#include <stdio.h>
#include <stdlib.h>

enum { nlev = 4 };

static void require(int32_t status) {
  if (status == HYB_OK) return;
  fprintf(stderr, "%s\n", hyb_last_error());
  exit(1);
}

/* Columns first ... first+nc-1 (from 0) of an array (level, ncol). */
static hyb_view section(double *data, int64_t levels, int64_t ncol, int64_t first, int64_t nc) {
  hyb_view view = {.size = sizeof view, .kind = HYB_REAL64, .rank = levels > 1 ? 2 : 1};
  view.data = data + first;
  view.extent[0] = nc;
  view.extent[1] = levels;
  view.stride[0] = sizeof(double);
  view.stride[1] = ncol * (int64_t)sizeof(double);
  return view;
}

static void block(hyb_scheme *scheme, double *x, double *y, int64_t ncol, int64_t first,
                  int64_t nc) {
  hyb_view t = section(x, nlev, ncol, first, nc), p = section(x + nlev * ncol, 1, ncol, first, nc);
  hyb_view heating = section(y, nlev, ncol, first, nc);
  hyb_view warming = section(y + nlev * ncol, nlev, ncol, first, nc);
  hyb_view flux = section(y + 2 * nlev * ncol, 1, ncol, first, nc);
  hyb_call call;
  int32_t wanted;
  require(hyb_call_open(scheme, nc, first + 1, &call));
  require(hyb_call_put(&call, "air_temperature", &t));
  require(hyb_call_put(&call, "surface_air_pressure", &p));
  require(hyb_call_run(&call));
  require(hyb_call_native_wanted(&call, &wanted));
  if (wanted) exit(2);
  require(hyb_call_get(&call, "heating", &heating));
  require(hyb_call_get(&call, "warming", &warming));
  require(hyb_call_get(&call, "flux", &flux));
  require(hyb_call_close(&call));
}

int main(int argc, char **argv) {
  if (argc < 6) return 3;
  const int64_t ncol = atoll(argv[4]), nin = (nlev + 1) * ncol, nout = (2 * nlev + 1) * ncol;
  double *x = malloc(sizeof(double) * nin), *y = malloc(sizeof(double) * nout);
  FILE *input = fopen(argv[2], "rb"), *output = fopen(argv[3], "wb");
  if (!x || !y || !input || !output || fread(x, sizeof *x, nin, input) != (size_t)nin) return 3;
  hyb_domain *domain;
  hyb_scheme *scheme;
  require(hyb_domain_create(argv[1], NULL, NULL, &domain));
  require(hyb_scheme_create(domain, "radiation", HYB_TOP_DOWN, &scheme));
  for (int i = 5; i < argc; ++i) {
    const int64_t size = atoll(argv[i]);
    for (int64_t k = 0; k < nout; ++k) y[k] = 1;
    require(hyb_domain_step(domain, i, NULL, 1800));
#pragma omp parallel for schedule(dynamic, 1)
    for (int64_t first = 0; first < ncol; first += size)
      block(scheme, x, y, ncol, first, size < ncol - first ? size : ncol - first);
    if (fwrite(y, sizeof *y, nout, output) != (size_t)nout) return 3;
  }
  require(hyb_scheme_destroy(scheme));
  require(hyb_domain_destroy(domain));
  return fclose(output);
}
