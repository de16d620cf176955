// SPDX-License-Identifier: BSD-3-Clause
// Recorded outputs in place of the native routine, bit for bit.
#include "adding_model.hpp"

constexpr int64_t ncol = 20;

static std::vector<std::string> logged;

static hyb_host host_with_log() {
  logged.clear();
  hyb_host host{};
  host.size = sizeof host;
  host.log = [](int32_t level, const char *text, void *) {
    if (level == HYB_LOG_WARNING) logged.push_back(text);
  };
  return host;
}

static void a_replayed_run_has_the_same_bits() {
  const AddingModel recorded = run_steps(record("a.nc"), ncol, 7);
  for (const int64_t size : {1, 7, 20}) {
    const AddingModel replayed = run_steps(replay("a.nc"), ncol, size);
    CHECK(replayed.same_bits(recorded));
    CHECK_EQ(replayed.native_calls, 0);
  }
}

static void a_scheme_may_be_called_several_times_in_a_step() {
  const AddingModel recorded = run_steps(record("b.nc"), ncol, 7, 3, 2);
  CHECK(run_steps(replay("b.nc"), ncol, 9, 3, 2).same_bits(recorded));
}

static void a_recording_may_be_in_several_files() {
  const AddingModel native = run_steps("", ncol, ncol);
  for (int64_t rank = 0; rank < 2; ++rank) {
    std::vector<int64_t> columns;
    for (int64_t i = 1 + rank; i <= ncol; i += 2) columns.push_back(i);
    const hyb_grid grid = {sizeof(hyb_grid), ncol / 2, columns.data(), nullptr, nullptr, nullptr};
    const Scheme scheme(record("rank" + std::to_string(rank) + ".nc"), HYB_TOP_DOWN, &grid);
    AddingModel all(ncol), part(ncol / 2);
    for (int64_t i = 0; i < ncol / 2; ++i) {
      part.pressure[static_cast<size_t>(i)] = all.pressure[static_cast<size_t>(2 * i + rank)];
      for (int64_t l = 0; l < model_levels; ++l)
        part.temperature[part.at(i, l)] = all.temperature[all.at(2 * i + rank, l)];
    }
    for (int64_t step = 1; step <= 3; ++step) {
      scheme.step(step);
      part.blocks(scheme, 4);
    }
  }
  CHECK(run_steps(replay("rank*.nc"), ncol, 7).same_bits(native));
}

static void what_was_not_recorded_is_an_error() {
  const Scheme scheme(replay("a.nc"));
  hyb_call call;
  scheme.step(4);
  CHECK_REFUSED(hyb_call_open(scheme.handle, 5, 1, &call), HYB_ERROR_RECORD, "scheme 'test'",
                "expected step 4", "found none");
  scheme.step(2);
  CHECK_REFUSED(hyb_call_open(scheme.handle, 5, 18, &call), HYB_ERROR_RECORD, "step 2, column 21",
                "expected a recorded sample", "found none");
  AddingModel model(ncol);
  model.blocks(scheme, 7);  // what was refused was not used up
  CHECK_REFUSED(hyb_call_open(scheme.handle, 5, 1, &call), HYB_ERROR_RECORD, "step 2, column 1",
                "found only 1, all replayed already");
  CHECK_EQ(call.token, 0);
}

static void an_input_that_differs_is_logged_once() {
  const hyb_host host = host_with_log();
  const Scheme scheme(replay("a.nc"), HYB_TOP_DOWN, nullptr, &host);
  AddingModel model(ncol);
  scheme.step(1);
  CHECK(logged.empty());
  model.pressure[3] += 1;
  model.pressure[12] += 1;
  model.blocks(scheme, 7);
  scheme.step(2);
  model.blocks(scheme, 7);
  CHECK_EQ(logged.size(), 1u);
  if (logged.empty()) return;
  CHECK_HAS(logged[0].c_str(), "input 'surface_air_pressure' differs from the recording");
  CHECK_HAS(logged[0].c_str(), "1 values of one block at step 1");
}

static void inputs_need_not_be_compared() {
  const hyb_host host = host_with_log();
  const Scheme scheme(replay("a.nc", "check = false"), HYB_TOP_DOWN, nullptr, &host);
  AddingModel model(ncol);
  scheme.step(1);
  model.pressure[3] += 1;
  model.blocks(scheme, 7);
  CHECK(logged.empty());
}

static void fields_agree_with_the_recording() {
  run_steps(record("narrow.nc", "kind = \"real32\""), ncol, 7);
  const Scheme scheme(replay("narrow.nc", "check = false"));
  scheme.step(1);
  const Model model(ncol);
  const std::vector<double> wide(ncol * 4, 0);
  const Call call(scheme, ncol);
  model.put_all(call, 1, ncol);
  CHECK_OK(call.run());
  CHECK(!call.native_wanted());
  CHECK_REFUSED(call.get("rainfall_flux", model.section(model.rain, 1, ncol)), HYB_ERROR_FIELD,
                "'rainfall_flux'", "kind", "expected real32 (recording)", "found real64 (host)");
  CHECK_REFUSED(call.get("heating_rate", model.section(model.heating, 1, ncol)), HYB_ERROR_FIELD,
                "'heating_rate'", "expected a variable in group 'native'", "found none");
  CHECK_OK(call.close());
  const Scheme other(replay("a.nc"));
  other.step(1);
  const Call wider(other, ncol);
  CHECK_REFUSED(wider.put("air_temperature", view_of(wide, {ncol, 4})), HYB_ERROR_SHAPE,
                "expected 3 (recording)", "found 4 (host)");
}

static void a_call_without_columns_needs_no_recording() {
  const Scheme scheme(replay("a.nc"));
  scheme.step(99);
  AddingModel model(ncol);
  model.block(scheme, 1, 0);
}

static void broken_recordings_are_refused() {
  const auto refuses = [](const std::string &name, std::initializer_list<const char *> words,
                          int line) {
    const Domain domain("[scheme.test]\n" + replay(name));
    hyb_scheme *scheme = nullptr;
    check_refused(hyb_scheme_create(domain.handle, "test", HYB_TOP_DOWN, &scheme),
                  HYB_ERROR_RECORD, words, line);
    CHECK(!scheme);
  };
  folder().write("text.nc", "no recording");
  run_steps(record("fail-contents.nc"), ncol, 7);
  refuses("text.nc", {"expected a recording", "found none"}, __LINE__);
  refuses("fail-contents.nc", {"expected a disk", "found"}, __LINE__);
  refuses("[an]*.nc", {"narrow.nc", "variable", "real64", "as in the first file", "real32"},
          __LINE__);
  run_steps(record("fail-read.nc"), ncol, 7);
  const Scheme scheme(replay("fail-read.nc"));
  hyb_call call;
  scheme.step(1);
  for (int i = 0; i < 2; ++i)
    CHECK_REFUSED(hyb_call_open(scheme.handle, 5, 1, &call), HYB_ERROR_RECORD, "expected a disk");
}

int main() {
  a_replayed_run_has_the_same_bits();
  a_scheme_may_be_called_several_times_in_a_step();
  a_recording_may_be_in_several_files();
  what_was_not_recorded_is_an_error();
  an_input_that_differs_is_logged_once();
  inputs_need_not_be_compared();
  fields_agree_with_the_recording();
  a_call_without_columns_needs_no_recording();
  broken_recordings_are_refused();
  return check_failures();
}
