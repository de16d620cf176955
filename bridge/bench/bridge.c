/* SPDX-License-Identifier: BSD-3-Clause
 * What the bridge itself costs: open, 30 fields of 64 columns x 60 levels real64 in, run an empty
 * real32 emulator, close; beside it, in the same loop, two plain conversions of the same data: one
 * as a host has it that is compiled for any CPU of the architecture, which the goal is about, and
 * one with the widest vectors of this CPU.
 * Prints JSON with medians [s]. Usage: hybrid_bench_bridge FOLDER_FOR_THE_CARD [REPETITIONS] */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hybrid.h"

enum { FIELDS = 30, COLUMNS = 64, LEVELS = 60, VALUES = COLUMNS * LEVELS };

static double host[FIELDS][VALUES];
static float packed[FIELDS][VALUES];
static double taken[COLUMNS];
static char names[FIELDS][32];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *values, size_t n) {
  qsort(values, n, sizeof *values, compare);
  return values[n / 2];
}

static int write_card(const char *path) {
  FILE *file = fopen(path, "w");
  if (!file) return 0;
  fprintf(file, "{\"format\": \"pyhybrid card\", \"version\": 1, \"name\": \"empty\", "
                "\"sample\": \"column\", \"kind\": \"real32\", \"inputs\": [");
  for (int i = 0; i < FIELDS; ++i)
    fprintf(file, "%s{\"name\": \"%s\", \"unit\": \"1\", \"role\": \"state\", \"kind\": \"real\", "
                  "\"dims\": [\"column\", \"level\"], \"levels\": %d}",
            i ? ", " : "", names[i], LEVELS);
  fprintf(file, "], \"outputs\": [{\"name\": \"nothing\", \"unit\": \"1\", \"role\": \"state\", "
                "\"kind\": \"real\", \"dims\": [\"column\"]}]}\n");
  return fclose(file) == 0;
}

static int32_t through_the_bridge(hyb_scheme *scheme, const hyb_view *views, const hyb_view *out) {
  hyb_call call;
  int32_t status = hyb_call_open(scheme, COLUMNS, 1, &call);
  for (int i = 0; i < FIELDS && status == HYB_OK; ++i)
    status = hyb_call_put(&call, names[i], &views[i]);
  if (status == HYB_OK) status = hyb_call_run(&call);
  if (status == HYB_OK) status = hyb_call_get(&call, "nothing", out);
  if (status == HYB_OK) status = hyb_call_close(&call);
  return status;
}

/* The empty statement pretends to read the result, so that the copy is not optimised away. */
__attribute__((always_inline)) static inline void copy(void) {
  for (int i = 0; i < FIELDS; ++i)
    for (int j = 0; j < VALUES; ++j) packed[i][j] = (float)host[i][j];
  __asm__ volatile("" : : "r"(packed) : "memory");
}

__attribute__((noinline)) static void copy_plainly(void) { copy(); }

#if defined(__x86_64__)
__attribute__((noinline, target("avx2"))) static void copy_with_avx2(void) { copy(); }
__attribute__((noinline, target("avx512f"))) static void copy_with_avx512(void) { copy(); }

static void copy_best(void) {
  if (__builtin_cpu_supports("avx512f"))
    copy_with_avx512();
  else if (__builtin_cpu_supports("avx2"))
    copy_with_avx2();
  else
    copy_plainly();
}
#else
static void copy_best(void) { copy_plainly(); }
#endif

static hyb_view column_level(double *data, int32_t rank) {
  hyb_view view = {.size = sizeof view, .data = data, .kind = HYB_REAL64, .rank = rank, .truth = 1,
                   .extent = {COLUMNS, LEVELS},
                   .stride = {sizeof(double), COLUMNS * sizeof(double)}};
  return view;
}

static int failed(void) {
  fprintf(stderr, "%s\n", hyb_last_error());
  return 1;
}

static double time_of(void (*copies)(void)) {
  const double start = now();
  copies();
  return now() - start;
}

static int measure(hyb_scheme *scheme, size_t repetitions) {
  double *bridge = malloc(repetitions * sizeof *bridge);
  double *plain = malloc(repetitions * sizeof *plain), *best = malloc(repetitions * sizeof *best);
  hyb_view views[FIELDS], out = column_level(taken, 1);
  for (int i = 0; i < FIELDS; ++i) views[i] = column_level(host[i], 2);
  for (size_t n = 0; n < repetitions; ++n) {
    const double start = now();
    if (through_the_bridge(scheme, views, &out) != HYB_OK) return failed();
    bridge[n] = now() - start;
    plain[n] = time_of(copy_plainly);
    best[n] = time_of(copy_best);
  }
  const double b = median(bridge, repetitions), c = median(plain, repetitions);
  printf("{\"fields\": %d, \"columns\": %d, \"levels\": %d, \"repetitions\": %zu, "
         "\"bridge_s\": %.4e, \"copy_s\": %.4e, \"best_copy_s\": %.4e, \"overhead_s\": %.4e, "
         "\"goal_s\": %.4e}\n",
         FIELDS, COLUMNS, LEVELS, repetitions, b, c, median(best, repetitions), b - c,
         3e-6 + 1.2 * c);
  free(bridge);
  free(plain);
  free(best);
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 2) return fprintf(stderr, "usage: %s FOLDER [REPETITIONS]\n", argv[0]), 2;
  char card[4096], text[8192];
  snprintf(card, sizeof card, "%s/empty.json", argv[1]);
  for (int i = 0; i < FIELDS; ++i) {
    snprintf(names[i], sizeof names[i], "mass_fraction_of_species_%d", i);
    for (int j = 0; j < VALUES; ++j) host[i][j] = 1e-3 * (i + j);
  }
  if (!write_card(card)) return perror(card), 1;
  snprintf(text, sizeof text, "[scheme.empty]\nmode = \"emulate\"\nemulator = \"%s\"\n", card);
  hyb_domain *domain;
  hyb_scheme *scheme;
  if (hyb_domain_create_text(text, NULL, NULL, &domain) != HYB_OK) return failed();
  if (hyb_scheme_create(domain, "empty", HYB_TOP_DOWN, &scheme) != HYB_OK) return failed();
  const int result = measure(scheme, argc > 2 ? (size_t)atol(argv[2]) : 2000);
  hyb_scheme_destroy(scheme);
  hyb_domain_destroy(domain);
  return result;
}
