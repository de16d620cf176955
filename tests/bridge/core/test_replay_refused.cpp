// SPDX-License-Identifier: BSD-3-Clause
// A replay by a host that says other things of its fields than the recording is refused, and a
// recording is never overwritten.
#include "recording.hpp"

static std::string table(const std::string &mode, const std::string &name,
                         const std::string &field) {
  return "mode = \"" + mode + "\"\nfield.t = " + field + "\n[scheme.test." + mode +
         "]\npath = \"" + folder() / name + "\"\n";
}

static const std::string added = "{ unit = \"K\", role = \"increment\" }";

static void add(const Scheme &scheme, std::vector<double> t) {
  const Call call(scheme, 2);
  CHECK_OK(call.put("t", view_of(t, {2})));
  CHECK_OK(call.run());
  for (double &value : t) value += 1;
  CHECK_OK(call.get("t", view_of(t, {2})));
  CHECK_OK(call.close());
}

static void record_to(const std::string &name) {
  const Scheme scheme(table("record", name, added));
  scheme.step(1);
  add(scheme, {280, 290});
}

static void refused_at_put(const std::string &name, const std::string &field, const char *expected,
                           const char *found) {
  std::vector<double> t = {280, 290};
  const Scheme scheme(table("replay", name, field));
  scheme.step(1);
  const Call call(scheme, 2);
  CHECK_REFUSED(call.put("t", view_of(t, {2})), HYB_ERROR_FIELD, "replay of field 't'", expected,
                found);
}

static void another_orientation_is_refused(const std::string &name) {
  const Domain domain("[scheme.test]\n" + table("replay", name, added));
  hyb_scheme *scheme;
  CHECK_REFUSED(hyb_scheme_create(domain.handle, "test", HYB_BOTTOM_UP, &scheme), HYB_ERROR_RECORD,
                "orientation: expected 'top_down'", "found 'bottom_up'");
}

static void a_second_recording_is_refused(const std::string &name) {
  const Domain domain("[scheme.test]\n" + table("record", name, added));
  hyb_scheme *scheme;
  CHECK_REFUSED(hyb_scheme_create(domain.handle, "test", HYB_TOP_DOWN, &scheme), HYB_ERROR_RECORD,
                "expected no such file yet", "found one");
}

static void a_step_in_the_path_keeps_files_apart() {
  for (const int64_t step : {7, 9}) {
    const Scheme scheme(table("record", "run.{step}.nc", added));
    scheme.step(step);
    add(scheme, {1, 2});
  }
  CHECK(std::filesystem::exists(folder() / "run.7.nc"));
  CHECK(std::filesystem::exists(folder() / "run.9.nc"));
}

int main() {
  record_to("a.nc");
  refused_at_put("a.nc", "{ unit = \"K\" }", "role: expected 'increment'", "found 'state'");
  refused_at_put("a.nc", "{ unit = \"degC\", role = \"increment\" }", "unit: expected 'K'",
                 "found 'degC'");
  another_orientation_is_refused("a.nc");
  a_second_recording_is_refused("a.nc");
  a_step_in_the_path_keeps_files_apart();
  return check_failures();
}
