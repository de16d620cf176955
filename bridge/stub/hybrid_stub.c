/* SPDX-License-Identifier: BSD-3-Clause
 *
 * libhybrid_stub: all functions of hybrid.h, and native mode only. For machines that have a C compiler
 * and nothing else: cc -c hybrid_stub.c, with hybrid.h in sight. It needs the C library alone.
 *
 * Every scheme wants its native routine; put and get do nothing. A configuration that asks for
 * another mode is refused, as is what only libhybrid can do. Nothing else is checked.
 */
#include "hybrid.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hybrid_stub_config.h"

struct hyb_domain {
  int64_t ncol;
  hyb_host host;
};

struct hyb_scheme {
  hyb_domain *domain;
};

static _Thread_local char last_error[1024];

static int32_t failed(int32_t status, const char *function, const char *text) {
  snprintf(last_error, sizeof last_error, "%s: %s", function, text);
  return status;
}

#define NEED(pointer)                                                                            \
  if (!(pointer))                                                                                \
  return failed(HYB_ERROR_ARGUMENT, __func__, #pointer ": expected an address, found null")

#define ONLY_NEED(pointer) \
  NEED(pointer);           \
  return HYB_OK

#define ONLY_LIBHYBRID                                                                           \
  failed(HYB_ERROR_PLUGIN, __func__, "expected libhybrid, found the stub library, which has no "  \
                                     "emulators")

const char *hyb_version(void) { return HYB_VERSION; }

const char *hyb_last_error(void) { return last_error; }

int32_t hyb_axes(const char *dims, int32_t *axes) {
  NEED(axes);
  memset(axes, 0, 4 * sizeof *axes);
  ONLY_NEED(dims);
}

/* ---- Domain --------------------------------------------------------------------------------- */

static int32_t created(const char *function, const char *text, const char *source,
                       const hyb_grid *grid, const hyb_host *host, hyb_domain **domain) {
  char message[512];
  if (!native_only(text, source, message, sizeof message))
    return failed(HYB_ERROR_CONFIG, function, message);
  *domain = calloc(1, sizeof **domain);
  if (!*domain) return failed(HYB_ERROR_MEMORY, function, "out of memory");
  if (grid) (*domain)->ncol = grid->ncol;
  if (host) (*domain)->host = *host;
  return HYB_OK;
}

int32_t hyb_domain_create(const char *config, const hyb_grid *grid, const hyb_host *host,
                          hyb_domain **domain) {
  NEED(domain);
  *domain = NULL;
  NEED(config);
  char *text = text_of(config);
  if (!text) {
    char message[512];
    snprintf(message, sizeof message, "configuration '%s': expected a file, found: %s", config,
             strerror(errno));
    return failed(HYB_ERROR_CONFIG, __func__, message);
  }
  const int32_t status = created(__func__, text, config, grid, host, domain);
  free(text);
  return status;
}

int32_t hyb_domain_create_text(const char *text, const hyb_grid *grid, const hyb_host *host,
                               hyb_domain **domain) {
  NEED(domain);
  *domain = NULL;
  NEED(text);
  return created(__func__, text, "configuration", grid, host, domain);
}

int32_t hyb_domain_step(hyb_domain *domain, int64_t step, const char *date, double dt) {
  (void)step, (void)date, (void)dt;
  ONLY_NEED(domain);
}

int32_t hyb_domain_flush(hyb_domain *domain) {
  ONLY_NEED(domain);
}

int32_t hyb_domain_statistics(hyb_domain *domain, const char **json) {
  NEED(json);
  *json = NULL;
  NEED(domain);
  *json = "{\"format\": \"pyhybrid statistics\", \"version\": 1, \"stub\": true, \"schemes\": {}}";
  return HYB_OK;
}

/* A native run has nothing to keep. Who starts with libhybrid later has to know that. */
static void warn(const hyb_domain *domain, const char *text) {
  if (domain->host.log) domain->host.log(HYB_LOG_WARNING, text, domain->host.log_data);
}

int32_t hyb_domain_save(hyb_domain *domain, const char *path) {
  NEED(domain);
  NEED(path);
  warn(domain, "hyb_domain_save: the stub library has no state: no file was written");
  return HYB_OK;
}

int32_t hyb_domain_load(hyb_domain *domain, const char *path) {
  NEED(domain);
  NEED(path);
  warn(domain, "hyb_domain_load: the stub library has no state: the file was not read");
  return HYB_OK;
}

int32_t hyb_domain_state_shape(hyb_domain *domain, int64_t *nshared, int64_t *nrow,
                               int64_t *ncol) {
  NEED(domain);
  NEED(nshared);
  NEED(nrow);
  NEED(ncol);
  *nshared = *nrow = 0;
  *ncol = domain->ncol;
  return HYB_OK;
}

static int32_t compared(const char *function, int64_t nshared, int64_t nrow) {
  if (nshared == 0 && nrow == 0) return HYB_OK;
  return failed(HYB_ERROR_SHAPE, function, "state: expected no values, for the stub library has "
                                           "none, found some");
}

int32_t hyb_domain_state_get(hyb_domain *domain, double *shared, int64_t nshared,
                             double *columns, int64_t nrow, int64_t ncol) {
  (void)shared, (void)columns, (void)ncol;
  NEED(domain);
  return compared(__func__, nshared, nrow);
}

int32_t hyb_domain_state_set(hyb_domain *domain, const double *shared, int64_t nshared,
                             const double *columns, int64_t nrow, int64_t ncol) {
  (void)shared, (void)columns, (void)ncol;
  NEED(domain);
  return compared(__func__, nshared, nrow);
}

int32_t hyb_domain_destroy(hyb_domain *domain) {
  free(domain);
  return HYB_OK;
}

/* ---- Scheme --------------------------------------------------------------------------------- */

int32_t hyb_scheme_create(hyb_domain *domain, const char *name, int32_t orientation,
                          hyb_scheme **scheme) {
  (void)orientation;
  NEED(scheme);
  *scheme = NULL;
  NEED(domain);
  NEED(name);
  *scheme = calloc(1, sizeof **scheme);
  if (!*scheme) return failed(HYB_ERROR_MEMORY, __func__, "out of memory");
  (*scheme)->domain = domain;
  return HYB_OK;
}

int32_t hyb_scheme_field(hyb_scheme *scheme, const hyb_field *field) {
  NEED(scheme);
  ONLY_NEED(field);
}

int32_t hyb_scheme_mode(const hyb_scheme *scheme, const char **mode) {
  NEED(mode);
  *mode = NULL;
  NEED(scheme);
  *mode = "native";
  return HYB_OK;
}

int32_t hyb_scheme_observe(hyb_scheme *scheme, const char *name, const hyb_view *view,
                           int64_t ncol, int64_t first) {
  (void)name, (void)view, (void)ncol, (void)first;
  ONLY_NEED(scheme);
}

int32_t hyb_scheme_destroy(hyb_scheme *scheme) {
  free(scheme);
  return HYB_OK;
}

/* ---- Call: a token that is not 0 is open ---------------------------------------------------- */

int32_t hyb_call_open(hyb_scheme *scheme, int64_t ncol, int64_t first, hyb_call *call) {
  (void)ncol, (void)first;
  NEED(call);
  call->token = 0;
  NEED(scheme);
  call->token = 1;
  return HYB_OK;
}

int32_t hyb_call_put(const hyb_call *call, const char *name, const hyb_view *view) {
  (void)name, (void)view;
  ONLY_NEED(call);
}

int32_t hyb_call_run(const hyb_call *call) {
  ONLY_NEED(call);
}

int32_t hyb_call_native_wanted(const hyb_call *call, int32_t *wanted) {
  NEED(wanted);
  *wanted = 1;
  ONLY_NEED(call);
}

int32_t hyb_call_get(const hyb_call *call, const char *name, const hyb_view *view) {
  (void)name, (void)view;
  ONLY_NEED(call);
}

int32_t hyb_call_close(const hyb_call *call) {
  ONLY_NEED(call);
}

/* ---- Emulator: there is none ---------------------------------------------------------------- */

int32_t hyb_emulator_open(const char *path, const char *options, hyb_emulator **emulator) {
  (void)path, (void)options;
  NEED(emulator);
  *emulator = NULL;
  return ONLY_LIBHYBRID;
}

int32_t hyb_emulator_card(const hyb_emulator *emulator, const char **json) {
  (void)emulator;
  NEED(json);
  *json = NULL;
  return ONLY_LIBHYBRID;
}

int32_t hyb_emulator_about(const hyb_emulator *emulator, const char **json) {
  (void)emulator;
  NEED(json);
  *json = NULL;
  return ONLY_LIBHYBRID;
}

int32_t hyb_emulator_run(hyb_emulator *emulator, const hyb_view *x, const hyb_view *y) {
  (void)emulator, (void)x, (void)y;
  return ONLY_LIBHYBRID;
}

int32_t hyb_emulator_close(hyb_emulator *emulator) {
  (void)emulator;
  return HYB_OK;
}
