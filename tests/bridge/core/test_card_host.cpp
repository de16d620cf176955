// SPDX-License-Identifier: BSD-3-Clause
// What the host declares and puts, against the card.
#include "model.hpp"

static Scheme *scheme;

// Declared by the host before the first call.
static void declarations_agree_with_the_card() {
  const auto declare = [](const char *unit, int32_t role, const char *dims) {
    return scheme->declare("air_temperature", unit, role, dims);
  };
  CHECK_REFUSED(declare("degC", HYB_STATE, nullptr), HYB_ERROR_CARD, "'air_temperature'", "unit",
                "expected 'K' (card)", "found 'degC' (host)");
  CHECK_REFUSED(declare("K", HYB_TENDENCY, nullptr), HYB_ERROR_CARD, "role",
                "expected 'state' (card)", "found 'tendency' (host)");
  CHECK_REFUSED(declare("K", 17, nullptr), HYB_ERROR_FIELD, "role", "expected", "found 17");
  CHECK_REFUSED(declare("K", HYB_STATE, "column height"), HYB_ERROR_SHAPE, "'height'", "'level'");
  CHECK_REFUSED(declare("K", HYB_STATE, "x level"), HYB_ERROR_SHAPE, "expected either column",
                "found 'x level'");
  CHECK_REFUSED(declare("K", HYB_STATE, "column column"), HYB_ERROR_SHAPE, "each axis once");
  CHECK_REFUSED(declare("K", HYB_STATE, "x y z species column"), HYB_ERROR_SHAPE, "at most 4");
  CHECK_REFUSED(scheme->declare("", "K", HYB_STATE, nullptr), HYB_ERROR_FIELD, "name", "expected");
  CHECK_OK(declare("K", HYB_STATE, "column level"));
}

static void a_second_declaration_agrees_with_the_first() {
  const auto declare = [](const char *unit, int32_t role, const char *dims) {
    return scheme->declare("ozone", unit, role, dims);
  };
  CHECK_OK(declare("kg kg-1", HYB_STATE, "column level"));
  CHECK_OK(declare(nullptr, 0, nullptr));
  CHECK_OK(declare("kg kg-1", HYB_STATE, "column level"));
  CHECK_REFUSED(declare("1", HYB_STATE, nullptr), HYB_ERROR_FIELD, "unit",
                "expected 'kg kg-1' as declared before", "found '1'");
  CHECK_REFUSED(declare(nullptr, HYB_FLAG, nullptr), HYB_ERROR_FIELD, "role", "expected 'state'",
                "found 'flag'");
  CHECK_REFUSED(declare(nullptr, 0, "level column"), HYB_ERROR_FIELD, "dims",
                "expected column level", "found level column");
}

// Seen at the first put.
static void arrays_agree_with_the_card() {
  const std::vector<double> t(64, 1.0);
  const std::vector<int32_t> n(64, 1);
  const Call call(*scheme, 4);
  CHECK_REFUSED(call.put("air_temperature", view_of(n, {4, 3})), HYB_ERROR_CARD, "kind",
                "expected 'real' (card)", "found int32 (host)");
  CHECK_REFUSED(call.put("air_temperature", view_of(t, {4, 5})), HYB_ERROR_CARD, "shape",
                "expected column level (3) (card)", "found column level (5) (host)");
  CHECK_REFUSED(call.put("air_temperature", view_of(t, {4})), HYB_ERROR_SHAPE, "rank",
                "expected 2 (column level)", "found 1");
  CHECK_REFUSED(call.put("surface_air_pressure", view_of(t, {4, 3})), HYB_ERROR_CARD, "shape",
                "expected column (card)", "found column level (3) (host)");
  CHECK_REFUSED(call.put("air_temperature", view_of(t, {})), HYB_ERROR_SHAPE, "rank",
                "expected 2 (column level)", "found 0");
  CHECK_OK(call.put("air_temperature", view_of(t, {4, 3})));
  CHECK_OK(call.put("surface_air_pressure", view_of(t, {4})));
  CHECK_OK(call.run());
  CHECK_REFUSED(call.get("heating_rate", view_of(n, {4, 3})), HYB_ERROR_CARD, "kind",
                "expected 'real' (card)", "found int32 (host)");
  CHECK_REFUSED(call.get("rainfall_flux", view_of(t, {4, 3})), HYB_ERROR_CARD, "shape",
                "expected column (card)", "found column level (3)");
  CHECK_REFUSED(call.close(), HYB_ERROR_FIELD, "expected", "found");
}

static void arrays_agree_with_those_before() {
  const std::vector<double> t(64, 1.0);
  const std::vector<float> f(64, 1.0f);
  const Call call(*scheme, 4);
  CHECK_REFUSED(call.put("air_temperature", view_of(f, {4, 3})), HYB_ERROR_FIELD, "kind",
                "expected real64 as before", "found real32");
  CHECK_REFUSED(call.put("air_temperature", view_of(t, {4, 4})), HYB_ERROR_SHAPE, "shape",
                "expected column level (3) as before", "found column level (4)");
  CHECK_OK(call.put("air_temperature", view_of(t, {4, 3})));
  CHECK_REFUSED(call.close(), HYB_ERROR_PHASE, "expected", "found");
}

static void a_declaration_after_the_first_call_is_too_late() {
  CHECK_OK(scheme->declare("air_temperature", "K", HYB_STATE, "column level"));
  CHECK_REFUSED(scheme->declare("surface_air_pressure", "Pa", 0, nullptr), HYB_ERROR_PHASE, "unit",
                "expected a declaration before the first call", "found one after it");
}

static void the_configuration_declares_too() {
  const Domain domain("[scheme.test]\n" + emulate(write_emulator(column_card)) +
                      "field.air_temperature.unit = \"degC\"");
  hyb_scheme *refused = nullptr;
  CHECK_REFUSED(hyb_scheme_create(domain.handle, "test", HYB_TOP_DOWN, &refused), HYB_ERROR_CARD,
                "expected 'K' (card)", "found 'degC' (host)");
}

static void orientation_is_one_of_two() {
  const Domain domain("");
  hyb_scheme *refused = nullptr;
  CHECK_REFUSED(hyb_scheme_create(domain.handle, "test", 2, &refused), HYB_ERROR_ARGUMENT,
                "orientation", "expected HYB_TOP_DOWN or HYB_BOTTOM_UP", "found 2");
}

int main() {
  Scheme one(emulate(write_emulator(column_card)));
  scheme = &one;
  declarations_agree_with_the_card();
  a_second_declaration_agrees_with_the_first();
  arrays_agree_with_the_card();
  arrays_agree_with_those_before();
  a_declaration_after_the_first_call_is_too_late();
  the_configuration_declares_too();
  orientation_is_one_of_two();
  return check_failures();
}
