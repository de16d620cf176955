/* SPDX-License-Identifier: BSD-3-Clause
 * Null and structs of another size for every pointer of every function; in C, as hybrid.h is. */
#include <string.h>

#include "check.h"
#include "hybrid.h"

#define CHECK_NULL(call) \
  do { \
    CHECK_EQ((call), HYB_ERROR_ARGUMENT); \
    CHECK_HAS(hyb_last_error(), "expected an address, found null"); \
  } while (0)

#define CHECK_SIZE(call) \
  do { \
    CHECK_EQ((call), HYB_ERROR_ARGUMENT); \
    CHECK_HAS(hyb_last_error(), "size of hyb_"); \
    CHECK_HAS(hyb_last_error(), "expected"); \
    CHECK_HAS(hyb_last_error(), "found 3"); \
  } while (0)

static int garbage; /* what out-parameters point to before */

static void domains(void) {
  hyb_domain *domain = (hyb_domain *)&garbage;
  hyb_grid grid = {.size = 3};
  hyb_host host = {.size = 3};
  CHECK_NULL(hyb_domain_create(NULL, NULL, NULL, &domain));
  CHECK(!domain);
  CHECK_NULL(hyb_domain_create("x.toml", NULL, NULL, NULL));
  CHECK_NULL(hyb_domain_create_text(NULL, NULL, NULL, &domain));
  CHECK_NULL(hyb_domain_create_text("", NULL, NULL, NULL));
  CHECK_SIZE(hyb_domain_create_text("", &grid, NULL, &domain));
  CHECK_SIZE(hyb_domain_create_text("", NULL, &host, &domain));
  CHECK(!domain);
  CHECK_NULL(hyb_domain_step(NULL, 1, NULL, 0));
  CHECK_NULL(hyb_domain_flush(NULL));
  CHECK_NULL(hyb_domain_save(NULL, "x.nc"));
  CHECK_NULL(hyb_domain_load(NULL, "x.nc"));
  int64_t n = 7, rows = 7, ncol = 7;
  CHECK_NULL(hyb_domain_state_shape(NULL, &n, &rows, &ncol));
  CHECK(n == 0 && rows == 0 && ncol == 0);
  CHECK_NULL(hyb_domain_state_get(NULL, NULL, 0, NULL, 0, 0));
  CHECK_NULL(hyb_domain_state_set(NULL, NULL, 0, NULL, 0, 0));
  CHECK_NULL(hyb_domain_statistics(NULL, NULL));
  CHECK_EQ(hyb_domain_destroy(NULL), HYB_OK);
}

static void schemes(hyb_domain *domain) {
  hyb_scheme *scheme = (hyb_scheme *)&garbage;
  const char *text = "x";
  hyb_field field = {.size = sizeof field};
  CHECK_NULL(hyb_scheme_create(NULL, "x", 0, &scheme));
  CHECK(!scheme);
  CHECK_NULL(hyb_scheme_create(domain, NULL, 0, &scheme));
  CHECK_NULL(hyb_scheme_create(domain, "x", 0, NULL));
  CHECK_NULL(hyb_domain_statistics(domain, NULL));
  CHECK_NULL(hyb_domain_save(domain, NULL));
  CHECK_NULL(hyb_domain_load(domain, NULL));
  CHECK_NULL(hyb_domain_statistics(NULL, &text));
  CHECK(!text);
  text = "x";
  CHECK_NULL(hyb_scheme_mode(NULL, &text));
  CHECK(!text);
  CHECK_EQ(hyb_scheme_create(domain, "x", 0, &scheme), HYB_OK);
  CHECK_NULL(hyb_scheme_mode(scheme, NULL));
  CHECK_NULL(hyb_scheme_field(NULL, &field));
  CHECK_NULL(hyb_scheme_field(scheme, NULL));
  CHECK_NULL(hyb_scheme_field(scheme, &field));
  field.size = 3;
  CHECK_SIZE(hyb_scheme_field(scheme, &field));
  CHECK_EQ(hyb_scheme_destroy(scheme), HYB_OK);
  CHECK_EQ(hyb_scheme_destroy(NULL), HYB_OK);
}

static void calls(hyb_domain *domain) {
  hyb_scheme *scheme = NULL;
  hyb_call call = {1};
  hyb_view view = {.size = sizeof view, .kind = HYB_REAL64, .rank = 1, .extent = {4}};
  int32_t wanted = 0;
  CHECK_EQ(hyb_scheme_create(domain, "recorded", 0, &scheme), HYB_OK);
  CHECK_NULL(hyb_call_open(NULL, 4, 1, &call));
  CHECK(call.token == 0);
  CHECK_NULL(hyb_call_open(scheme, 4, 1, NULL));
  CHECK_NULL(hyb_call_put(NULL, "x", &view));
  CHECK_NULL(hyb_call_run(NULL));
  CHECK_NULL(hyb_call_native_wanted(NULL, &wanted));
  CHECK_EQ(wanted, 1);
  CHECK_NULL(hyb_call_get(NULL, "x", &view));
  CHECK_NULL(hyb_call_close(NULL));
  CHECK_EQ(hyb_call_open(scheme, 4, 1, &call), HYB_OK);
  CHECK_NULL(hyb_call_put(&call, NULL, &view));
  CHECK_NULL(hyb_call_put(&call, "x", NULL));
  CHECK_EQ(hyb_call_put(&call, "x", &view), HYB_ERROR_ARGUMENT);
  CHECK_HAS(hyb_last_error(), "field 'x': address: expected an array, found null");
  view.size = 3;
  CHECK_SIZE(hyb_call_put(&call, "x", &view));
  CHECK_NULL(hyb_call_native_wanted(&call, NULL));
  CHECK_EQ(hyb_call_run(&call), HYB_OK);
  CHECK_NULL(hyb_call_get(&call, NULL, &view));
  CHECK_NULL(hyb_call_get(&call, "x", NULL));
  CHECK_SIZE(hyb_call_get(&call, "x", &view));
  CHECK_EQ(hyb_call_close(&call), HYB_OK);
  CHECK_EQ(hyb_scheme_destroy(scheme), HYB_OK);
}

static void emulators(void) {
  hyb_emulator *emulator = (hyb_emulator *)&garbage;
  const char *json = "x";
  hyb_view view = {.size = sizeof view};
  CHECK_NULL(hyb_emulator_open(NULL, NULL, &emulator));
  CHECK(!emulator);
  CHECK_NULL(hyb_emulator_open("x.pt", NULL, NULL));
  CHECK_NULL(hyb_emulator_card(NULL, &json));
  CHECK(!json);
  CHECK_NULL(hyb_emulator_card(NULL, NULL));
  json = "x";
  CHECK_NULL(hyb_emulator_about(NULL, &json));
  CHECK(!json);
  CHECK_NULL(hyb_emulator_run(NULL, &view, &view));
  CHECK_EQ(hyb_emulator_close(NULL), HYB_OK);
}

static void axes(void) {
  int32_t found[4] = {9, 9, 9, 9};
  CHECK_NULL(hyb_axes(NULL, found));
  CHECK(found[0] == HYB_AXIS_DEFAULT && found[3] == HYB_AXIS_DEFAULT);
  CHECK_NULL(hyb_axes("column", NULL));
  CHECK_EQ(hyb_axes("x z y", found), HYB_OK);
  CHECK(found[0] == HYB_AXIS_X && found[1] == HYB_AXIS_LEVEL && found[2] == HYB_AXIS_Y &&
        found[3] == HYB_AXIS_DEFAULT);
}

int main(void) {
  hyb_domain *domain = NULL;
  CHECK_EQ(strncmp(hyb_version(), "0.", 2), 0);
  CHECK_EQ(strcmp(hyb_last_error(), ""), 0);
  domains();
  CHECK_EQ(hyb_domain_create_text("[scheme.recorded]\nmode = \"record\"\n"
                                  "record.replace = true", NULL, NULL, &domain),
           HYB_OK);
  schemes(domain);
  calls(domain);
  CHECK_EQ(hyb_domain_destroy(domain), HYB_OK);
  emulators();
  axes();
  return check_failures();
}
