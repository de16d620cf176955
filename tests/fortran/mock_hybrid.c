/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A stand-in for libhybrid that keeps what the Fortran face hands over, so that tests can look at
 * it through the mock_* functions below. Arrays are read and written through their views alone.
 */
#include "hybrid.h"

#include <stdio.h>
#include <string.h>

enum { most = 4096, token = 4711 };

struct hyb_domain {
  int unused;
};
struct hyb_scheme {
  int unused;
};

static hyb_domain the_domain;
static hyb_scheme the_scheme;
static int32_t domains, schemes;
static char text[most], message[most];
static double values[most];
static hyb_view lent;
static hyb_grid grid;
static hyb_host host;
static double number[8];
static int64_t columns[most];

static void keep(const char *said) { snprintf(text, sizeof text, "%s", said ? said : "(null)"); }

static int32_t refuse(int32_t status, const char *why) {
  snprintf(message, sizeof message, "%s", why);
  return status;
}

/* ---- What tests ask ------------------------------------------------------------------------- */

int32_t mock_domains(void) { return domains; }
int32_t mock_schemes(void) { return schemes; }
const char *mock_text(void) { return text; }
double mock_value(int32_t i) { return values[i - 1]; }
double mock_number(int32_t i) { return number[i - 1]; }
int64_t mock_column(int32_t i) { return columns[i - 1]; }
int64_t mock_ncol(void) { return grid.ncol; }
int32_t mock_comm(void) { return host.has_comm ? host.comm : -1; }
void mock_view(hyb_view *view) { *view = lent; }

/* ---- Library and domain --------------------------------------------------------------------- */

const char *hyb_version(void) { return HYB_VERSION; }
const char *hyb_last_error(void) { return message; }

int32_t hyb_axes(const char *dims, int32_t *axes) {
  static const char *const names[] = {"", "column", "level", "species", "x", "y"};
  char copy[256];
  int32_t n = 0;
  memset(axes, 0, 4 * sizeof *axes);
  snprintf(copy, sizeof copy, "%s", dims);
  for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "), ++n) {
    for (int32_t axis = 1; axis <= 5; ++axis)
      if (!strcmp(word, names[axis])) axes[n] = axis;
    if (!strcmp(word, "z")) axes[n] = HYB_AXIS_LEVEL;
    if (!axes[n]) return refuse(HYB_ERROR_SHAPE, "dims: expected axes, found another word");
  }
  return HYB_OK;
}

static void keep_grid(const hyb_grid *given) {
  memset(&grid, 0, sizeof grid);
  grid.ncol = -1;
  memset(number, 0, sizeof number);
  if (!given) return;
  grid = *given;
  if (grid.lat) number[0] = grid.lat[grid.ncol - 1];
  if (grid.lon) number[1] = grid.lon[grid.ncol - 1];
  if (grid.area) number[2] = grid.area[grid.ncol - 1];
  for (int64_t i = 0; grid.column && i < grid.ncol; ++i) columns[i] = grid.column[i];
}

int32_t hyb_domain_create(const char *config, const hyb_grid *given, const hyb_host *lender,
                          hyb_domain **domain) {
  *domain = NULL;
  if (strstr(config, "missing")) return refuse(HYB_ERROR_CONFIG, "expected a file, found none");
  if (lender->size != sizeof host) return refuse(HYB_ERROR_ARGUMENT, "size of hyb_host");
  if (given && given->size != sizeof grid) return refuse(HYB_ERROR_ARGUMENT, "size of hyb_grid");
  keep(config);
  keep_grid(given);
  host = *lender;
  if (host.log) host.log(HYB_LOG_WARNING, "a warning", host.log_data);
  ++domains;
  *domain = &the_domain;
  return HYB_OK;
}

int32_t hyb_domain_create_text(const char *config, const hyb_grid *given, const hyb_host *lender,
                               hyb_domain **domain) {
  const int32_t status = hyb_domain_create(config, given, lender, domain);
  snprintf(text, sizeof text, "text:%s", config);
  return status;
}

int32_t hyb_domain_step(hyb_domain *domain, int64_t step, const char *date, double dt) {
  if (!domain) return refuse(HYB_ERROR_ARGUMENT, "expected a domain, found null");
  keep(date);
  number[0] = (double)step;
  number[1] = dt;
  return HYB_OK;
}

int32_t hyb_domain_flush(hyb_domain *domain) {
  return domain ? HYB_OK : refuse(HYB_ERROR_ARGUMENT, "expected a domain, found null");
}

int32_t hyb_domain_save(hyb_domain *domain, const char *path) {
  keep(path);
  return hyb_domain_flush(domain);
}

int32_t hyb_domain_load(hyb_domain *domain, const char *path) {
  if (strstr(path, "missing")) return refuse(HYB_ERROR_STATE, "expected a file, found none");
  return hyb_domain_save(domain, path);
}

int32_t hyb_domain_state_shape(hyb_domain *domain, int64_t *nshared, int64_t *nrow,
                               int64_t *ncol) {
  *nshared = 3;
  *nrow = 2;
  *ncol = 4;
  return hyb_domain_flush(domain);
}

static int32_t keep_shape(int64_t nshared, int64_t nrow, int64_t ncol) {
  number[0] = (double)nshared;
  number[1] = (double)nrow;
  number[2] = (double)ncol;
  return nshared == 3 ? HYB_OK : refuse(HYB_ERROR_SHAPE, "expected 3, found others");
}

int32_t hyb_domain_state_get(hyb_domain *domain, double *shared, int64_t nshared, double *of_columns,
                             int64_t nrow, int64_t ncol) {
  (void)domain;
  for (int64_t i = 0; i < nshared; ++i) shared[i] = (double)(i + 1);
  for (int64_t i = 0; i < nrow * ncol; ++i) of_columns[i] = (double)(100 + i);
  return keep_shape(nshared, nrow, ncol);
}

int32_t hyb_domain_state_set(hyb_domain *domain, const double *shared, int64_t nshared,
                             const double *of_columns, int64_t nrow, int64_t ncol) {
  (void)domain;
  number[3] = shared[nshared - 1];
  number[4] = of_columns[nrow * ncol - 1];
  return keep_shape(nshared, nrow, ncol);
}

int32_t hyb_domain_statistics(hyb_domain *domain, const char **json) {
  *json = domain ? "{\"calls\": 1}" : NULL;
  return hyb_domain_flush(domain);
}

int32_t hyb_domain_destroy(hyb_domain *domain) {
  if (domain) --domains;
  return HYB_OK;
}

/* ---- Scheme --------------------------------------------------------------------------------- */

int32_t hyb_scheme_create(hyb_domain *domain, const char *name, int32_t orientation,
                          hyb_scheme **scheme) {
  *scheme = NULL;
  if (!domain) return refuse(HYB_ERROR_ARGUMENT, "expected a domain, found null");
  keep(name);
  number[0] = orientation;
  ++schemes;
  *scheme = &the_scheme;
  return HYB_OK;
}

int32_t hyb_scheme_field(hyb_scheme *scheme, const hyb_field *field) {
  if (!scheme) return refuse(HYB_ERROR_ARGUMENT, "expected a scheme, found null");
  if (field->size != sizeof *field) return refuse(HYB_ERROR_ARGUMENT, "size of hyb_field");
  snprintf(text, sizeof text, "%s|%s|%s|%d", field->name, field->unit,
           field->dims ? field->dims : "(null)", (int)field->role);
  return HYB_OK;
}

int32_t hyb_scheme_mode(const hyb_scheme *scheme, const char **mode) {
  *mode = scheme ? "native" : NULL;
  return scheme ? HYB_OK : refuse(HYB_ERROR_ARGUMENT, "expected a scheme, found null");
}

int32_t hyb_scheme_destroy(hyb_scheme *scheme) {
  if (scheme) --schemes;
  return HYB_OK;
}

/* ---- Call ----------------------------------------------------------------------------------- */

static int32_t check(const hyb_call *call) {
  return call->token == token ? HYB_OK : refuse(HYB_ERROR_PHASE, "expected an open call");
}

int32_t hyb_call_open(hyb_scheme *scheme, int64_t ncol, int64_t first, hyb_call *call) {
  number[0] = (double)ncol;
  number[1] = (double)first;
  call->token = scheme ? token : 0;
  return scheme ? HYB_OK : refuse(HYB_ERROR_ARGUMENT, "expected a scheme, found null");
}

/* Visits the elements of a view in Fortran's order. */
typedef void visitor(int32_t n, char *element, const hyb_view *view);

static void visit(const hyb_view *view, visitor *see) {
  int64_t i[4] = {0}, extent[4], n = 0;
  for (int32_t k = 0; k < 4; ++k) extent[k] = k < view->rank ? view->extent[k] : 1;
  for (i[3] = 0; i[3] < extent[3]; ++i[3])
    for (i[2] = 0; i[2] < extent[2]; ++i[2])
      for (i[1] = 0; i[1] < extent[1]; ++i[1])
        for (i[0] = 0; i[0] < extent[0]; ++i[0]) {
          char *element = view->data;
          for (int32_t k = 0; k < view->rank; ++k) element += i[k] * view->stride[k];
          see((int32_t)n++, element, view);
        }
}

static void read_value(int32_t n, char *at, const hyb_view *view) {
  switch (view->kind) {
    case HYB_REAL32: values[n] = *(float *)at; break;
    case HYB_REAL64: values[n] = *(double *)at; break;
    case HYB_INT32: values[n] = *(int32_t *)at; break;
    default: values[n] = *(int32_t *)at == view->truth;
  }
}

/* Element n of a get becomes 1001 + n, or true where that is odd. */
static void write_value(int32_t n, char *at, const hyb_view *view) {
  const int32_t value = 1001 + n;
  switch (view->kind) {
    case HYB_REAL32: *(float *)at = (float)value; break;
    case HYB_REAL64: *(double *)at = value; break;
    case HYB_INT32: *(int32_t *)at = value; break;
    default: *(int32_t *)at = value % 2 ? view->truth : 0;
  }
}

static int32_t look(const char *name, const hyb_view *view, visitor *see) {
  if (view->size != sizeof *view) return refuse(HYB_ERROR_ARGUMENT, "size of hyb_view");
  keep(name);
  lent = *view;
  visit(view, see);
  return HYB_OK;
}

static int32_t borrow(const hyb_call *call, const char *name, const hyb_view *view, visitor *see) {
  return check(call) == HYB_OK ? look(name, view, see) : HYB_ERROR_PHASE;
}

int32_t hyb_scheme_observe(hyb_scheme *scheme, const char *name, const hyb_view *view,
                           int64_t ncol, int64_t first) {
  if (!scheme) return refuse(HYB_ERROR_ARGUMENT, "expected a scheme, found null");
  number[0] = (double)ncol;
  number[1] = (double)first;
  return look(name, view, read_value);
}

int32_t hyb_call_put(const hyb_call *call, const char *name, const hyb_view *view) {
  return borrow(call, name, view, read_value);
}

int32_t hyb_call_get(const hyb_call *call, const char *name, const hyb_view *view) {
  return borrow(call, name, view, write_value);
}

int32_t hyb_call_run(const hyb_call *call) { return check(call); }

int32_t hyb_call_native_wanted(const hyb_call *call, int32_t *wanted) {
  *wanted = check(call) != HYB_OK;
  return check(call);
}

int32_t hyb_call_close(const hyb_call *call) { return check(call); }
