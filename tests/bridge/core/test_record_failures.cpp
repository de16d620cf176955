// SPDX-License-Identifier: BSD-3-Clause
// Recordings that fail: the run goes on, or stops at the next step where the policy says so.
#include "adding_model.hpp"

static std::string logged;

static hyb_host host_with_log() {
  logged.clear();
  hyb_host host{};
  host.size = sizeof host;
  host.log = [](int32_t level, const char *text, void *) {
    if (level == HYB_LOG_ERROR) logged += std::string(text) + "\n";
  };
  return host;
}

static void the_run_goes_on(const char *name) {
  const hyb_host host = host_with_log();
  {
    const Scheme scheme(record(name), HYB_TOP_DOWN, nullptr, &host);
    AddingModel model(20), native(20);
    for (int64_t step = 1; step <= 3; ++step) {
      scheme.step(step);
      model.blocks(scheme, 7);
      native.add_native(1, 20);
    }
    CHECK(model.same_bits(native));
  }
  CHECK_HAS(logged.c_str(), "recording of scheme 'test' failed");
  CHECK_HAS(logged.c_str(), "expected a disk, found it full");
  CHECK_HAS(logged.c_str(), "the run goes on without it");
  CHECK_EQ(std::count(logged.begin(), logged.end(), '\n'), 1);
}

static void the_policy_stop_stops_at_the_next_step(const char *name) {
  const Scheme scheme(record(name, "policy = \"stop\""));
  AddingModel model(20);
  CHECK_OK(hyb_domain_step(scheme.domain.handle, 1, nullptr, 0));
  model.blocks(scheme, 7);
  for (int64_t step = 2; step <= 3; ++step)
    CHECK_REFUSED(hyb_domain_step(scheme.domain.handle, step, nullptr, 0), HYB_ERROR_RECORD,
                  "scheme 'test'", "expected a disk", "found it full");
}

static void open_calls_and_a_failure_are_both_reported() {
  const Scheme scheme(record("fail-state-open.nc", "policy = \"stop\""));
  AddingModel model(20);
  scheme.step(1);
  model.blocks(scheme, 7);
  const Call open(scheme, 3);
  CHECK_REFUSED(hyb_domain_step(scheme.domain.handle, 2, nullptr, 0), HYB_ERROR_RECORD,
                "expected every call closed", "found 1 open", "expected a disk");
}

static void a_flush_that_fails_is_reported() {
  const Scheme scheme(record("fail-flush.nc"));
  AddingModel model(20);
  CHECK_OK(hyb_domain_flush(scheme.domain.handle));
  scheme.step(1);
  model.blocks(scheme, 7);
  CHECK_REFUSED(hyb_domain_flush(scheme.domain.handle), HYB_ERROR_RECORD, "expected a disk",
                "found it full");
}

static int32_t status_of_destroy(const std::string &table) {
  const hyb_host host = host_with_log();
  const std::string toml =
      "[domain]\nplugins = \"" + plugin_folder() + "\"\n[scheme.test]\n" + table;
  hyb_domain *domain = nullptr;
  hyb_scheme *scheme = nullptr;
  CHECK_OK(hyb_domain_create_text(toml.c_str(), nullptr, &host, &domain));
  CHECK_OK(hyb_scheme_create(domain, "test", HYB_TOP_DOWN, &scheme));
  const double x = 1;
  const hyb_view view = view_of(&x, {1});
  hyb_call call;
  CHECK_OK(hyb_call_open(scheme, 1, 1, &call));
  CHECK_OK(hyb_call_put(&call, "surface_air_pressure", &view));
  CHECK_OK(hyb_call_run(&call));
  CHECK_OK(hyb_call_close(&call));
  const int32_t status = hyb_domain_destroy(domain);
  CHECK_OK(hyb_scheme_destroy(scheme));
  return status;
}

static void a_close_that_fails_is_logged_or_a_status() {
  CHECK_OK(status_of_destroy(record("fail-close.nc")));
  CHECK_HAS(logged.c_str(), "found it full");
  CHECK_REFUSED(status_of_destroy(record("fail-close2.nc", "policy = \"stop\"")), HYB_ERROR_RECORD,
                "expected a disk", "found it full");
  CHECK_HAS(logged.c_str(), "found it full");
}

// Of a call that has other fields than the first one, the host's own are as good as ever.
static void samples_have_no_holes(const std::string &name, bool more_fields) {
  const hyb_host host = host_with_log();
  const Scheme scheme(record(name, "policy = \"stop\""), HYB_TOP_DOWN, nullptr, &host);
  AddingModel model(20);
  scheme.step(1);
  model.block(scheme, 1, 7);
  const Call call(scheme, 7);
  if (more_fields) model.put_all(call, 1, 7);
  else CHECK_OK(call.put("surface_air_pressure", model.section(model.pressure, 1, 7)));
  CHECK_OK(call.run());
  if (more_fields) {
    CHECK_OK(call.get("air_temperature", model.section(model.temperature, 1, 7)));
    CHECK_OK(call.get("rainfall_flux", model.section(model.rain, 1, 7)));
    CHECK_OK(call.get("heating_rate", model.section(model.heating, 1, 7)));
  }
  CHECK_OK(call.close());
  const char *found = more_fields ? "found another, native/heating_rate"
                                  : "found none for input/air_temperature";
  CHECK_HAS(logged.c_str(), "expected the fields of the first call");
  CHECK_HAS(logged.c_str(), found);
  model.block(scheme, 8, 7);
  CHECK_REFUSED(hyb_domain_step(scheme.domain.handle, 2, nullptr, 0), HYB_ERROR_RECORD,
                "recording of scheme 'test'", "expected the fields of the first call", found);
}

static void every_field_needs_a_unit() {
  const Scheme scheme("mode = \"record\"\nrecord.replace = true");
  const double x = 1;
  const Call call(scheme, 1);
  CHECK_REFUSED(call.put("ozone", view_of(&x, {1})), HYB_ERROR_FIELD, "'ozone'", "unit",
                "expected one declared", "found none");
  CHECK_OK(call.run());
  CHECK_OK(call.close());
}

int main() {
  for (const char *name : {"fail-create.nc", "fail-append.nc", "fail-state.nc"})
    the_run_goes_on(name);
  for (const char *name : {"fail-create2.nc", "fail-append2.nc", "fail-state2.nc"})
    the_policy_stop_stops_at_the_next_step(name);
  open_calls_and_a_failure_are_both_reported();
  a_flush_that_fails_is_reported();
  a_close_that_fails_is_logged_or_a_status();
  samples_have_no_holes("less.nc", false);
  samples_have_no_holes("more.nc", true);
  every_field_needs_a_unit();
  return check_failures();
}
