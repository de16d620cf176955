// SPDX-License-Identifier: BSD-3-Clause
// Numbers of columns, places in the grid, and views that do not fit.
#include "model.hpp"

static const std::string &emulator() {
  static const std::string path = write_emulator(column_card);
  return path;
}

static int32_t open_status(const Scheme &scheme, int64_t ncol, int64_t first) {
  hyb_call call;
  const int32_t status = hyb_call_open(scheme.handle, ncol, first, &call);
  CHECK_EQ(call.token == 0, status != HYB_OK);
  if (status == HYB_OK) hyb_call_close(&call);
  return status;
}

static void any_number_of_columns_will_do() {
  const Scheme scheme(emulate(emulator()));
  for (const int64_t ncol : {0, 1, 15, 16, 17, 0, 511, 512, 513, 1, 2000, 3}) {
    Model model(ncol);
    model.block(scheme, 1, ncol);
    CHECK(model.is_emulated());
  }
}

// A host without columns may pass what it likes as an address.
static void no_columns_need_no_address() {
  const Scheme scheme(emulate(emulator()));
  hyb_view view = view_of(static_cast<const double *>(nullptr), {0, 3}),
           flat = view_of(static_cast<const double *>(nullptr), {0});
  const Call call(scheme, 0);
  CHECK_OK(call.put("air_temperature", view));
  CHECK_OK(call.put("surface_air_pressure", flat));
  CHECK_OK(call.run());
  CHECK_OK(call.get("heating_rate", view));
  CHECK_OK(call.get("rainfall_flux", flat));
  CHECK_OK(call.close());
}

static void impossible_numbers_are_refused() {
  const Scheme scheme(emulate(emulator()));
  CHECK_REFUSED(open_status(scheme, -1, 1), HYB_ERROR_ARGUMENT, "ncol", "expected 0 to", "-1");
  CHECK_REFUSED(open_status(scheme, INT64_MIN, 1), HYB_ERROR_ARGUMENT, "ncol", "expected 0 to");
  CHECK_REFUSED(open_status(scheme, INT64_MAX, 1), HYB_ERROR_ARGUMENT, "ncol", "expected 0 to");
  CHECK_REFUSED(open_status(scheme, 1, 0), HYB_ERROR_ARGUMENT, "first", "expected 1", "found 0");
  CHECK_REFUSED(open_status(scheme, 1, -7), HYB_ERROR_ARGUMENT, "first", "expected 1", "found -7");
  CHECK_REFUSED(open_status(scheme, 1, INT64_MAX), HYB_ERROR_ARGUMENT, "first",
                "expected at most");
}

// 24 GiB and more: out of memory, or memory that nobody touches.
static void huge_numbers_do_no_harm() {
  const Scheme scheme(emulate(emulator()));
  const int32_t status = open_status(scheme, INT32_MAX, 1);
  CHECK(status == HYB_OK || status == HYB_ERROR_MEMORY);
  Model model(4);
  model.block(scheme, 1, 4);
  CHECK(model.is_emulated());
}

static void blocks_lie_inside_the_grid() {
  const hyb_grid grid = {sizeof(hyb_grid), 10, nullptr, nullptr, nullptr, nullptr};
  const Scheme scheme(emulate(emulator()), HYB_TOP_DOWN, &grid);
  CHECK_REFUSED(open_status(scheme, 3, 9), HYB_ERROR_SHAPE, "last column", "expected at most 10",
                "found 11");
  CHECK_REFUSED(open_status(scheme, 1, 11), HYB_ERROR_SHAPE, "at most 10", "found 11");
  CHECK_REFUSED(open_status(scheme, INT32_MAX, INT64_MAX - INT32_MAX), HYB_ERROR_SHAPE, "at most");
  Model model(10);
  model.blocks(scheme, 4);
  CHECK(model.is_emulated());
  model.block(scheme, 11, 0);
}

static void grids_are_checked() {
  const auto refuses = [](int64_t ncol, const std::vector<int64_t> &column,
                          std::initializer_list<const char *> words, int line) {
    const hyb_grid grid = {sizeof(hyb_grid), ncol, column.data(), nullptr, nullptr, nullptr};
    hyb_domain *domain = nullptr;
    check_refused(hyb_domain_create_text("", &grid, nullptr, &domain), HYB_ERROR_ARGUMENT, words,
                  line);
    CHECK(!domain);
  };
  refuses(-1, {}, {"ncol", "expected 0 or more", "found -1"}, __LINE__);
  refuses(3, {1, 0, 2}, {"global column", "expected 1 or more", "found 0"}, __LINE__);
  refuses(3, {1, 5, 5}, {"global columns", "expected each once", "found 5 twice"}, __LINE__);
}

static void views_that_do_not_fit_are_refused() {
  const Scheme scheme(emulate(emulator()));
  const std::vector<double> t(100, 1);
  const Call call(scheme, 4);
  const auto put = [&](hyb_view view) { return call.put("air_temperature", view); };
  const auto changed = [&](const std::function<void(hyb_view &)> &change) {
    hyb_view view = view_of(t, {4, 3});
    change(view);
    return put(view);
  };
  CHECK_REFUSED(put(view_of(t, {5, 3})), HYB_ERROR_SHAPE, "number of columns",
                "expected 4 (as opened)", "found 5");
  CHECK_REFUSED(put(view_of(t, {3, 4})), HYB_ERROR_SHAPE, "expected 4 (as opened)", "found 3");
  CHECK_REFUSED(put(with_axes(view_of(t, {3, 2, 3}), "x y level")), HYB_ERROR_SHAPE,
                "expected 4 (as opened)", "found 6");
  CHECK_REFUSED(put(view_of(t, {4, 3, 1, 1})), HYB_ERROR_SHAPE, "rank 4", "expected its dims");
  CHECK_REFUSED(put(with_axes(view_of(t, {4, 3}), "column")), HYB_ERROR_SHAPE, "rank",
                "expected 1 (column)", "found 2");
  CHECK_REFUSED(changed([](hyb_view &v) { v.kind = 0; }), HYB_ERROR_FIELD, "kind", "found 0");
  CHECK_REFUSED(changed([](hyb_view &v) { v.kind = 5; }), HYB_ERROR_FIELD, "kind", "found 5");
  CHECK_REFUSED(changed([](hyb_view &v) { v.device = 1; }), HYB_ERROR_ARGUMENT, "device",
                "expected host memory", "found 1");
  CHECK_REFUSED(changed([](hyb_view &v) { v.rank = 5; }), HYB_ERROR_SHAPE, "rank", "found 5");
  CHECK_REFUSED(changed([](hyb_view &v) { v.rank = -1; }), HYB_ERROR_SHAPE, "rank", "found -1");
  CHECK_REFUSED(changed([](hyb_view &v) { v.extent[1] = -3; }), HYB_ERROR_SHAPE, "extent", "-3");
  CHECK_REFUSED(changed([](hyb_view &v) { v.extent[0] = INT64_MAX; }), HYB_ERROR_SHAPE, "extent",
                "expected 0 to");
  CHECK_REFUSED(changed([](hyb_view &v) { v.data = nullptr; }), HYB_ERROR_ARGUMENT, "address",
                "expected an array", "found null");
  CHECK_REFUSED(changed([](hyb_view &v) { v.axes[0] = 17, v.axes[1] = 2; }), HYB_ERROR_SHAPE,
                "axis", "expected a hyb_axis", "found 17");
  CHECK_REFUSED(changed([](hyb_view &v) { v.axes[0] = v.axes[1] = HYB_AXIS_COLUMN; }),
                HYB_ERROR_SHAPE, "expected each axis once", "found 'column column'");
  CHECK_REFUSED(changed([](hyb_view &v) { v.axes[0] = HYB_AXIS_X, v.axes[1] = HYB_AXIS_LEVEL; }),
                HYB_ERROR_SHAPE, "expected either column, or x and y", "found 'x level'");
  CHECK_REFUSED(call.close(), HYB_ERROR_PHASE, "expected run");
}

// Products of extents that wrap around 64 bits would look like the right number of columns.
static void extents_do_not_overflow() {
  const Scheme scheme("mode = \"record\"\nrecord.replace = true\nfield.a.unit = \"1\"");
  const double x = 0;
  const Call call(scheme, 0);
  const auto put = [&](const char *dims, int64_t extent) {
    hyb_view view = with_axes(view_of(&x, {0, 0}), dims);
    view.extent[0] = view.extent[1] = extent;
    return call.put("a", view);
  };
  CHECK_REFUSED(put("x y", int64_t{1} << 32), HYB_ERROR_SHAPE, "extent", "expected 0 to",
                "found 4294967296");
  CHECK_REFUSED(put("level species", 1 << 30), HYB_ERROR_SHAPE, "values per column",
                "expected at most", "found");
  CHECK_OK(call.run());
  CHECK_OK(call.close());
}

int main() {
  any_number_of_columns_will_do();
  no_columns_need_no_address();
  impossible_numbers_are_refused();
  huge_numbers_do_no_harm();
  blocks_lie_inside_the_grid();
  grids_are_checked();
  views_that_do_not_fit_are_refused();
  extents_do_not_overflow();
  return check_failures();
}
