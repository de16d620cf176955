// SPDX-License-Identifier: BSD-3-Clause
// Ranks, axes, strides and orientations: any layout of the host gives the same results.
#include "fixture.hpp"

constexpr int64_t nlevel = 3, nspecies = 2, nx = 5, ny = 4, ncol = nx * ny;

// A tracer with species, a profile and one value for all columns; species and levels out.
static const std::string card = R"({"format": "pyhybrid card", "version": 1, "name": "layouts",
  "sample": "column", "kind": "real64", "inputs": [
    {"name": "tracer", "unit": "1", "role": "state", "kind": "real",
     "dims": ["column", "level", "species"], "levels": 3, "species": 2},
    {"name": "deposition", "unit": "1", "role": "state", "kind": "real",
     "dims": ["column", "species"], "species": 2},
    {"name": "solar_constant", "unit": "W m-2", "role": "state", "kind": "real", "dims": []}],
  "outputs": [
    {"name": "tendency", "unit": "s-1", "role": "tendency", "kind": "real",
     "dims": ["column", "level", "species"], "levels": 3, "species": 2}]})";

static double tracer(int64_t c, int64_t l, int64_t s) {
  return static_cast<double>((17 * c + 5 * l + 3 * s) % 29);
}
static double deposition(int64_t c, int64_t s) { return static_cast<double>((3 * c + s) % 7); }
constexpr double solar_constant = 1361;

// Output (level, species) of a column for a host whose level 1 lies as the emulator's.
static double tendency(int64_t c, int64_t level, int64_t species, bool flip = false) {
  const auto up = [&](int64_t l) { return flip ? nlevel - 1 - l : l; };
  const int64_t j = species * nlevel + up(level);
  double sum = static_cast<double>(network_weight(8, j)) * solar_constant;
  for (int64_t s = 0; s < nspecies; ++s) {
    sum += static_cast<double>(network_weight(6 + s, j)) * deposition(c, s);
    for (int64_t l = 0; l < nlevel; ++l)
      sum += static_cast<double>(network_weight(s * nlevel + up(l), j)) * tracer(c, l, s);
  }
  return sum;
}

// An array of the host with named axes: where column, level and species lie.
struct Array {
  std::vector<double> values;
  hyb_view view;

  Array(const char *dims, const std::vector<int64_t> &extent, double start = 0) : view() {
    int64_t total = 1;
    for (const int64_t n : extent) total *= n;
    values.assign(static_cast<size_t>(total), start);
    view = view_of(values.data(), {});
    view.rank = static_cast<int32_t>(extent.size());
    int64_t stride = sizeof(double);
    for (size_t i = 0; i < extent.size(); stride *= extent[i++]) {
      view.extent[i] = extent[i];
      view.stride[i] = stride;
    }
    if (*dims) CHECK_OK(hyb_axes(dims, view.axes));
  }

  double &at(int64_t column, int64_t level, int64_t species) {
    int64_t offset = 0;
    for (int32_t i = 0; i < view.rank; ++i) {
      const int32_t axis = view.axes[0] ? view.axes[i] : i + 1;
      const int64_t index = axis == HYB_AXIS_COLUMN    ? column
                            : axis == HYB_AXIS_X       ? column % nx
                            : axis == HYB_AXIS_Y       ? column / nx
                            : axis == HYB_AXIS_LEVEL   ? level
                                                       : species;
      offset += index * view.stride[i];
    }
    return *reinterpret_cast<double *>(static_cast<char *>(view.data) + offset);
  }

  template <class Value>
  void fill(Value &&value) {
    for (int64_t c = 0; c < ncol; ++c)
      for (int64_t l = 0; l < nlevel; ++l)
        for (int64_t s = 0; s < nspecies; ++s) at(c, l, s) = value(c, l, s);
  }
};

static void infer(int32_t orientation, Array &in, Array &species, Array &out) {
  const Scheme scheme(emulate(write_emulator(card)), orientation);
  in.fill(tracer);
  species.fill([](int64_t c, int64_t, int64_t s) { return deposition(c, s); });
  const Call call(scheme, ncol);
  CHECK_OK(call.put("tracer", in.view));
  CHECK_OK(call.put("deposition", species.view));
  CHECK_OK(call.put("solar_constant", view_of(&solar_constant, {})));
  CHECK_OK(call.run());
  CHECK_OK(call.get("tendency", out.view));
  CHECK_OK(call.close());
}

static bool is_right(Array &out, bool flip = false) {
  for (int64_t c = 0; c < ncol; ++c)
    for (int64_t l = 0; l < nlevel; ++l)
      for (int64_t s = 0; s < nspecies; ++s)
        if (out.at(c, l, s) != tendency(c, l, s, flip)) return false;
  return true;
}

static bool agrees(const char *dims, const std::vector<int64_t> &extent, const char *flat,
                   const std::vector<int64_t> &flat_extent) {
  Array in(dims, extent), species(flat, flat_extent), out(dims, extent, -1);
  infer(HYB_TOP_DOWN, in, species, out);
  return is_right(out);
}

static void axes_may_be_in_any_order() {
  const std::vector<int64_t> flat = {ncol, nspecies};
  CHECK(agrees("", {ncol, nlevel, nspecies}, "column species", flat));
  CHECK(agrees("column level species", {ncol, nlevel, nspecies}, "column species", flat));
  CHECK(agrees("column species level", {ncol, nspecies, nlevel}, "species column",
               {nspecies, ncol}));
  CHECK(agrees("level species column", {nlevel, nspecies, ncol}, "column species", flat));
  CHECK(agrees("species level column", {nspecies, nlevel, ncol}, "x y species",
               {nx, ny, nspecies}));
  CHECK(agrees("x z y species", {nx, nlevel, ny, nspecies}, "species x y", {nspecies, nx, ny}));
  CHECK(agrees("x y level species", {nx, ny, nlevel, nspecies}, "y species x",
               {ny, nspecies, nx}));
  CHECK(agrees("species y x z", {nspecies, ny, nx, nlevel}, "column species", flat));
}

static void strides_may_be_negative() {
  for (int32_t axis = 0; axis < 4; ++axis) {
    const std::vector<int64_t> extent = {nx, nlevel, ny, nspecies};
    Array in("x z y species", extent), species("column species", {ncol, nspecies}),
        out("x z y species", extent, -1);
    in.view = reversed(in.view, axis);
    out.view = reversed(out.view, axis);
    species.view = reversed(species.view, axis % 2);
    infer(HYB_TOP_DOWN, in, species, out);
    CHECK(is_right(out));
  }
}

static void levels_may_run_upwards() {
  Array in("", {ncol, nlevel, nspecies}), species("column species", {ncol, nspecies}),
      out("", {ncol, nlevel, nspecies});
  infer(HYB_BOTTOM_UP, in, species, out);
  CHECK(is_right(out, true));
}

// One profile for all columns, as a host may hold its aerosol climatology.
static void an_input_may_have_strides_of_zero() {
  Array in("", {ncol, nlevel, nspecies}), species("column species", {ncol, nspecies}),
      out("", {ncol, nlevel, nspecies});
  const Scheme scheme(emulate(write_emulator(card)));
  in.view.stride[0] = 0;
  for (int64_t l = 0; l < nlevel; ++l)
    for (int64_t s = 0; s < nspecies; ++s) in.at(0, l, s) = tracer(3, l, s);
  species.fill([](int64_t, int64_t, int64_t s) { return deposition(3, s); });
  const Call call(scheme, ncol);
  CHECK_OK(call.put("tracer", in.view));
  CHECK_OK(call.put("deposition", species.view));
  CHECK_OK(call.put("solar_constant", view_of(&solar_constant, {})));
  CHECK_OK(call.run());
  hyb_view zero = out.view;
  zero.stride[0] = 0;
  CHECK_REFUSED(call.get("tendency", zero), HYB_ERROR_SHAPE, "stride", "expected none of 0",
                "found 0");
  CHECK_OK(call.get("tendency", out.view));
  CHECK_OK(call.close());
  CHECK_EQ(out.at(7, 1, 1), tendency(3, 1, 1));
}

// Whoever counts elements where bytes are meant must not get overlapping ones.
static void strides_count_bytes() {
  Array in("", {ncol, nlevel, nspecies});
  const Scheme scheme(emulate(write_emulator(card)));
  const Call call(scheme, ncol);
  for (const int64_t stride : {1, -1, 7, -7}) {
    in.view.stride[0] = stride;
    CHECK_REFUSED(call.put("tracer", in.view), HYB_ERROR_SHAPE, "field 'tracer': stride",
                  "expected 8 bytes or more", ("found " + std::to_string(stride)).c_str());
  }
  CHECK(call.close() != HYB_OK);
}

// COMMON blocks and packed structures: reals at addresses that are no multiple of their size.
static void arrays_need_not_be_aligned() {
  Array in("", {ncol, nlevel, nspecies}), species("column species", {ncol, nspecies}),
      out("", {ncol, nlevel, nspecies});
  infer(HYB_TOP_DOWN, in, species, out);
  const Scheme scheme(emulate(write_emulator(card)));
  std::vector<char> moved(in.values.size() * 8 + 4), back(moved.size());
  std::memcpy(moved.data() + 4, in.values.data(), in.values.size() * 8);
  hyb_view from = in.view, to = out.view;
  from.data = moved.data() + 4;
  to.data = back.data() + 4;
  const Call call(scheme, ncol);
  CHECK_OK(call.put("tracer", from));
  CHECK_OK(call.put("deposition", species.view));
  CHECK_OK(call.put("solar_constant", view_of(&solar_constant, {})));
  CHECK_OK(call.run());
  CHECK_OK(call.get("tendency", to));
  CHECK_OK(call.close());
  CHECK(std::memcmp(back.data() + 4, out.values.data(), out.values.size() * 8) == 0);
}

int main() {
  axes_may_be_in_any_order();
  strides_may_be_negative();
  levels_may_run_upwards();
  an_input_may_have_strides_of_zero();
  strides_count_bytes();
  arrays_need_not_be_aligned();
  return check_failures();
}
