// SPDX-License-Identifier: BSD-3-Clause
// Recording and replay of every kind and of layouts with x, y, levels and species.
#include "recording.hpp"

constexpr int64_t nx = 3, ny = 4, nlevel = 2, nspecies = 3, ncol = nx * ny;

// Outputs of a native routine: a tracer (species x level y), an index, a mask of a host whose true
// is -1, and one value for all columns as input.
struct Outputs {
  std::vector<float> tracer = std::vector<float>(ncol * nlevel * nspecies);
  std::vector<int32_t> index = std::vector<int32_t>(ncol), mask = std::vector<int32_t>(ncol);
  double constant = 1361;

  void run_native() {
    for (size_t i = 0; i < tracer.size(); ++i) tracer[i] = 0.1f * static_cast<float>(i);
    tracer[5] = -0.0f;
    for (size_t i = 0; i < index.size(); ++i) index[i] = static_cast<int32_t>(i) - 5;
    for (size_t i = 0; i < mask.size(); ++i) mask[i] = i % 3 == 0 ? -1 : 0;
  }
  void block(const Scheme &scheme) {
    const Call call(scheme, ncol);
    CHECK_OK(call.put("constant", view_of(&constant, {})));
    CHECK_OK(call.run());
    if (call.native_wanted()) run_native();
    const auto all = view_of(tracer, {nspecies, nx, nlevel, ny});
    CHECK_OK(call.get("tracer", reversed(with_axes(all, "species x level y"), 3)));
    CHECK_OK(call.get("index", with_axes(view_of(index, {nx, ny}), "x y")));
    CHECK_OK(call.get("mask", logical(view_of(mask, {ncol}), -1)));
    CHECK_OK(call.close());
  }
  bool operator==(const Outputs &other) const {
    return std::memcmp(tracer.data(), other.tracer.data(), tracer.size() * sizeof(float)) == 0 &&
           index == other.index && mask == other.mask;
  }
};

static std::string table(const std::string &mode) {
  return "mode = \"" + mode + "\"\n" + mode + ".path = \"" + folder() / "kinds.nc" + "\"\n" +
         "field.constant.unit = \"W m-2\"\nfield.tracer.unit = \"1\"\n"
         "field.index = { unit = \"1\", role = \"flag\" }\n"
         "field.mask = { unit = \"1\", role = \"flag\" }\n";
}

int main() {
  Outputs native, recorded, replayed;
  native.run_native();
  {
    const Scheme scheme(table("record"));
    recorded.block(scheme);
  }
  const Scheme scheme(table("replay"));
  replayed.block(scheme);
  CHECK(recorded == native);
  CHECK(replayed == native);
  const Recording recording(folder() / "kinds.nc");
  CHECK_EQ(recording.values<double>("input/constant"), std::vector<double>(ncol, 1361));
  const hyb_variable *tracer = recording.variable("native/tracer");
  CHECK(tracer && tracer->kind == HYB_REAL32 && tracer->nlevel == nlevel &&
        tracer->nspecies == nspecies);
  CHECK_EQ(recording.values<int32_t>("native/mask")[0], 1);
  return check_failures();
}
