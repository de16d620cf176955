// SPDX-License-Identifier: BSD-3-Clause
// Configurations that are accepted, and what they do.
#include "fixture.hpp"

static std::string mode_of(const std::string &table) {
  const Scheme scheme(table);
  const char *mode = "";
  CHECK_OK(hyb_scheme_mode(scheme.handle, &mode));
  return mode;
}

static void every_mode_is_known_by_its_name() {
  const std::string emulator = write_emulator(column_card);
  CHECK_EQ(mode_of(""), "native");
  CHECK_EQ(mode_of("mode = \"native\""), "native");
  CHECK_EQ(mode_of("mode = \"record\"\nrecord.replace = true"), "record");
  CHECK_EQ(mode_of(shadow(emulator)), "shadow");
  CHECK_EQ(mode_of(emulate(emulator)), "emulate");
}

static void every_key_is_accepted() {
  const std::string toml = "log = \"" + folder() / "run.log" + "\"\nstatistics = \"" +
                           folder() / "run.{rank}.json" + "\"\n[scheme.test]\n" +
                           emulate(write_emulator(column_card)) + R"(
backend = "torchscript"
device = "cpu"
unused = ["rainfall_flux"]
[scheme.test.batch]
columns = 64
threads = 2
[scheme.test.python]
environment = ""
function = "emulate"
[scheme.test.record]
path = "{scheme}.{rank}.nc"
replace = true
steps = 0.5
tile_columns = 16
seed = 7
kind = "real32"
buffer_MiB = 8
policy = "stop"
compression = 4
patience_s = 10
[scheme.test.replay]
path = "*.nc"
check = false
[scheme.test.field.air_temperature]
unit = "K"
role = "state"
dims = "column level"
)";
  const Domain domain(toml);
  hyb_scheme *scheme = nullptr;
  CHECK_OK(hyb_scheme_create(domain.handle, "test", HYB_TOP_DOWN, &scheme));
  CHECK_OK(hyb_scheme_destroy(scheme));
}

static void a_native_scheme_needs_no_emulator_file() {
  CHECK_EQ(mode_of("mode = \"native\"\nemulator = \"absent.pt\""), "native");
}

static void a_scheme_without_a_table_runs_natively() {
  const Domain domain("[scheme.other]\nmode = \"record\"\nrecord.replace = true\n");
  hyb_scheme *scheme = nullptr;
  const char *mode = "";
  CHECK_OK(hyb_scheme_create(domain.handle, "test", HYB_TOP_DOWN, &scheme));
  CHECK_OK(hyb_scheme_mode(scheme, &mode));
  CHECK_EQ(std::string(mode), "native");
  CHECK_OK(hyb_scheme_destroy(scheme));
}

static void several_schemes_of_a_domain_have_modes_of_their_own() {
  const Domain domain("[scheme.a]\nmode = \"record\"\nrecord.replace = true\n[scheme.b]\n" +
                      emulate(write_emulator(column_card)));
  hyb_scheme *a = nullptr, *b = nullptr, *again = nullptr;
  const char *mode = "";
  CHECK_OK(hyb_scheme_create(domain.handle, "a", HYB_TOP_DOWN, &a));
  CHECK_OK(hyb_scheme_create(domain.handle, "b", HYB_BOTTOM_UP, &b));
  CHECK_OK(hyb_scheme_mode(b, &mode));
  CHECK_EQ(std::string(mode), "emulate");
  CHECK_REFUSED(hyb_scheme_create(domain.handle, "a", HYB_TOP_DOWN, &again), HYB_ERROR_ARGUMENT,
                "expected", "found", "'a'");
  CHECK(!again);
  CHECK_OK(hyb_scheme_destroy(a));
  CHECK_OK(hyb_scheme_create(domain.handle, "a", HYB_TOP_DOWN, &again));
  CHECK_OK(hyb_scheme_destroy(again));
  CHECK_OK(hyb_scheme_destroy(b));
}

static void a_scheme_may_outlive_its_domain() {
  hyb_domain *domain = nullptr;
  hyb_scheme *scheme = nullptr;
  hyb_call call;
  CHECK_OK(hyb_domain_create_text("", nullptr, nullptr, &domain));
  CHECK_OK(hyb_scheme_create(domain, "test", HYB_TOP_DOWN, &scheme));
  CHECK_OK(hyb_domain_destroy(domain));
  CHECK_OK(hyb_call_open(scheme, 4, 1, &call));
  CHECK_OK(hyb_call_close(&call));
  CHECK_OK(hyb_scheme_destroy(scheme));
}

int main() {
  every_mode_is_known_by_its_name();
  every_key_is_accepted();
  a_native_scheme_needs_no_emulator_file();
  a_scheme_without_a_table_runs_natively();
  several_schemes_of_a_domain_have_modes_of_their_own();
  a_scheme_may_outlive_its_domain();
  return check_failures();
}
