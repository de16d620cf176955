/* SPDX-License-Identifier: BSD-3-Clause
 * mistakes NAME CONFIG: makes the mistake of that name, once, and prints status and message. Then
 * goes on as a host that lives on. mistakes.f90 and test_mistakes.py make the same ones. */
#include <hybrid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ncol = 6, nlev = 4 };

static hyb_domain *domain;
static hyb_scheme *radiation;
static hyb_call this;
static double t[nlev + 1][ncol], p[ncol], heating[nlev][ncol], warming[nlev][ncol], flux[ncol];
static int32_t integers[nlev][ncol];

/* The first failure is what the test is after. */
static void expect(int32_t status) {
  if (status == HYB_OK) return;
  hyb_scheme *other;
  hyb_call call;
  int32_t wanted = 0;
  char message[8192];
  snprintf(message, sizeof message, "%s", hyb_last_error());
  if (!domain) hyb_domain_create_text("", NULL, NULL, &domain);
  const int lives = hyb_scheme_create(domain, "other", HYB_TOP_DOWN, &other) == HYB_OK &&
                    hyb_call_open(other, ncol, 1, &call) == HYB_OK &&
                    hyb_call_run(&call) == HYB_OK &&
                    hyb_call_native_wanted(&call, &wanted) == HYB_OK &&
                    hyb_call_close(&call) == HYB_OK && wanted == 1;
  printf("%d\n%s\n%s", status, message, lives ? "lives on" : hyb_last_error());
  exit(0);
}

static hyb_view view(void *data, int32_t kind, int64_t columns, int64_t levels) {
  const int64_t size = kind == HYB_INT32 ? 4 : 8;
  hyb_view view = {.size = sizeof view, .data = data, .kind = kind, .rank = levels ? 2 : 1};
  view.extent[0] = columns;
  view.extent[1] = levels;
  view.stride[0] = size;
  view.stride[1] = ncol * size;
  return view;
}

static int32_t put(const char *name, void *data, int64_t columns, int64_t levels) {
  const hyb_view array = view(data, HYB_REAL64, columns, levels);
  return hyb_call_put(&this, name, &array);
}

static int32_t get(const char *name, void *data, int64_t levels) {
  const hyb_view array = view(data, HYB_REAL64, ncol, levels);
  return hyb_call_get(&this, name, &array);
}

static void declare(const char *name, const char *unit, int32_t role) {
  const hyb_field field = {sizeof field, name, unit, NULL, role};
  expect(hyb_scheme_field(radiation, &field));
}

static void start(const char *config) {
  int64_t column[ncol];
  for (int64_t i = 0; i < ncol; ++i) column[i] = i + 1;
  const hyb_grid grid = {.size = sizeof grid, .ncol = ncol, .column = column};
  expect(hyb_domain_create(config, &grid, NULL, &domain));
  expect(hyb_scheme_create(domain, "radiation", HYB_TOP_DOWN, &radiation));
  expect(hyb_domain_step(domain, 1, NULL, 1800));
}

static void open_call(void) { expect(hyb_call_open(radiation, ncol, 1, &this)); }

static void put_all(void) {
  open_call();
  expect(put("air_temperature", t, ncol, nlev));
  expect(put("surface_air_pressure", p, ncol, 0));
}

static void run(void) {
  put_all();
  expect(hyb_call_run(&this));
}

static void close_call(void) {
  run();
  expect(get("heating", heating, nlev));
  expect(get("warming", warming, nlev));
  expect(get("flux", flux, 0));
  expect(hyb_call_close(&this));
}

static void block(void) {
  declare("air_temperature", "K", HYB_STATE);
  declare("surface_air_pressure", "Pa", HYB_STATE);
  declare("heating", "K s-1", HYB_TENDENCY);
  declare("warming", "K s-1", HYB_INCREMENT);
  declare("flux", "W m-2", HYB_STATE);
  close_call();
}

static void other_unit(void) { declare("air_temperature", "degC", HYB_STATE); }
static void other_role(void) { declare("warming", "K s-1", HYB_TENDENCY); }
static void given_twice(void) { put_all(), expect(put("surface_air_pressure", p, ncol, 0)); }
static void not_given(void) {
  open_call();
  expect(put("air_temperature", t, ncol, nlev));
  expect(hyb_call_run(&this));
}
static void extent(void) { open_call(), expect(put("air_temperature", t, ncol - 1, nlev)); }
static void levels(void) { open_call(), expect(put("air_temperature", t, ncol, nlev + 1)); }
static void rank(void) { open_call(), expect(put("air_temperature", t, ncol, 0)); }
static void kind(void) {
  const hyb_view array = view(integers, HYB_INT32, ncol, nlev);
  open_call();
  expect(hyb_call_put(&this, "air_temperature", &array));
}
static void get_before_run(void) { put_all(), expect(get("heating", heating, nlev)); }
static void put_after_run(void) { run(), expect(put("surface_air_pressure", p, ncol, 0)); }
static void run_twice(void) { run(), expect(hyb_call_run(&this)); }
static void close_before_run(void) { put_all(), expect(hyb_call_close(&this)); }
static void unknown_output(void) { run(), expect(get("heatin", heating, nlev)); }
static void taken_twice(void) {
  run();
  expect(get("flux", flux, 0));
  expect(get("flux", flux, 0));
}
static void not_taken(void) { run(), expect(hyb_call_close(&this)); }
static void closed_twice(void) { close_call(), expect(hyb_call_close(&this)); }
static void put_when_closed(void) { close_call(), expect(put("air_temperature", t, ncol, nlev)); }
static void step_inside(void) { put_all(), expect(hyb_domain_step(domain, 2, NULL, 1800)); }
static void discarded(void) {
  put_all();
  hyb_domain_step(domain, 2, NULL, 1800);
  expect(hyb_call_run(&this));
}
static void of_no_scheme(void) {
  put_all();
  expect(hyb_scheme_destroy(radiation));
  expect(hyb_call_run(&this));
}
static void negative(void) { expect(hyb_call_open(radiation, -1, 1, &this)); }
static void beyond(void) { expect(hyb_call_open(radiation, 4, 4, &this)); }
static void twins(void) {
  hyb_scheme *twin;
  expect(hyb_scheme_create(domain, "radiation", HYB_TOP_DOWN, &twin));
}
static void null_data(void) { open_call(), expect(put("air_temperature", NULL, ncol, nlev)); }
static void null_name(void) { open_call(), expect(put(NULL, t, ncol, nlev)); }
static void never_opened(void) {
  this.token = 123456789;
  expect(put("air_temperature", t, ncol, nlev));
}

static const struct {
  const char *name;
  void (*make)(void);
} mistakes[] = {
    {"block", block}, {"other_unit", other_unit}, {"other_role", other_role},
    {"given_twice", given_twice}, {"not_given", not_given}, {"extent", extent},
    {"levels", levels}, {"rank", rank}, {"kind", kind}, {"get_before_run", get_before_run},
    {"put_after_run", put_after_run}, {"run_twice", run_twice},
    {"close_before_run", close_before_run}, {"unknown_output", unknown_output},
    {"taken_twice", taken_twice}, {"not_taken", not_taken}, {"closed_twice", closed_twice},
    {"put_when_closed", put_when_closed}, {"step_inside", step_inside},
    {"discarded", discarded}, {"of_no_scheme", of_no_scheme}, {"negative", negative},
    {"beyond", beyond}, {"twins", twins}, {"null_data", null_data}, {"null_name", null_name},
    {"never_opened", never_opened},
};

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  start(argv[2]);
  for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; ++i)
    if (strcmp(argv[1], mistakes[i].name) == 0) {
      mistakes[i].make();
      puts("0\n");
      return 0;
    }
  return 2;
}
