// SPDX-License-Identifier: BSD-3-Clause
// A short last block: what lies beyond ncol may be signalling NaN, is never read and never written.
#include <cfenv>
#include <limits>

#include "model.hpp"

constexpr int64_t leading = 16, ncol = 5, last = leading * model_levels;

static const double guard = std::numeric_limits<double>::signaling_NaN();

// An array (leading, levels) of which only the first ncol columns hold values.
struct Guarded {
  std::vector<double> values = std::vector<double>(static_cast<size_t>(last));

  explicit Guarded(const std::function<double(int64_t, int64_t)> &value) {
    for (double &x : values) std::memcpy(&x, &guard, sizeof x);
    for (int64_t l = 0; l < model_levels; ++l)
      for (int64_t i = 0; i < ncol; ++i)
        values[static_cast<size_t>(l * leading + i)] = value(i, l);
  }
  hyb_view section() const {
    hyb_view view = view_of(values, {ncol, model_levels});
    view.stride[1] = leading * static_cast<int64_t>(sizeof(double));
    return view;
  }
  bool guards_hold() const {
    for (int64_t l = 0; l < model_levels; ++l)
      for (int64_t i = ncol; i < leading; ++i)
        if (std::memcmp(&values[static_cast<size_t>(l * leading + i)], &guard, sizeof guard) != 0)
          return false;
    return true;
  }
};

static void block(const std::string &table) {
  const Model model(ncol);
  const Guarded t([&](int64_t i, int64_t l) { return model.temperature[model.at(i, l)]; }),
      heating([](int64_t, int64_t) { return 0.0; });
  std::vector<double> rain(ncol, -1);
  Scheme scheme(table);
  const Call call(scheme, ncol);
  CHECK_OK(call.put("air_temperature", t.section()));
  CHECK_OK(call.put("surface_air_pressure", view_of(model.pressure, {ncol})));
  CHECK_OK(call.run());
  CHECK_OK(call.get("heating_rate", heating.section()));
  CHECK_OK(call.get("rainfall_flux", view_of(rain, {ncol})));
  CHECK_OK(call.close());
  CHECK(t.guards_hold() && heating.guards_hold());
  const bool emulated = table.find("emulate") != std::string::npos;
  for (int64_t i = 0; i < ncol; ++i)
    for (int64_t l = 0; l < model_levels; ++l)
      CHECK_EQ(heating.values[static_cast<size_t>(l * leading + i)],
               emulated ? model.emulated(i, l) : 0.0);
}

int main() {
  const std::string emulator = write_emulator(column_card);
  feenableexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW);
  block(emulate(emulator));
  block(shadow(emulator));
  block("mode = \"native\"");
  return check_failures();
}
