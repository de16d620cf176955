// SPDX-License-Identifier: BSD-3-Clause
// Constraints that cannot be meant as they are written: what is said, and with which status.
#include "columns.hpp"

using hyb::Constraints;

static json changed(json object, const char *pointer, const json &value) {
  object[json::json_pointer(pointer)] = value;
  return object;
}

static json without(json object, const char *key) {
  object.erase(key);
  return object;
}

// The message of making them; "" if nothing is wrong.
static std::string refusal(const json &list, bool units = true) {
  Columns columns(convection::inputs(4), convection::outputs(4), 1);
  if (units) columns.declare_units();
  try {
    Constraints(sources(list), columns.fields);
  } catch (const hyb::Error &error) {
    CHECK_EQ(error.status(), HYB_ERROR_CONFIG);
    return error.what();
  }
  return "";
}

static void says(const std::string &text, const char *word) { CHECK_HAS(text.c_str(), word); }

static std::string refusal_of(const json &object) { return refusal(json::array({object})); }

using convection::energy;
using convection::positive;
using convection::water;

static void kinds_and_keys() {
  CHECK_EQ(refusal({energy(), water(), positive()}), "");
  says(refusal_of(7), "expected an object, found 7");
  says(refusal_of({{"kind", "budge"}}), "kind: expected one of 'budget'");
  says(refusal_of(without(water(), "unit")), "unit: expected a text, found nothing");
  says(refusal_of(without(water(), "name")), "name: expected a text");
  says(refusal_of(without(water(), "terms")), "terms: expected a list");
  says(refusal_of(changed(water(), "/enforced", true)), "did you mean 'enforce'?");
  says(refusal_of(changed(water(), "/terms/0/wieght", 1)), "did you mean 'weight'?");
  says(refusal({water(), water()}), "'water' twice");
}

static void fields() {
  says(refusal_of(changed(water(), "/terms/1/output", "reign")), "did you mean 'rain'?");
  says(refusal_of(changed(water(), "/terms/1/input", "mass")), "found both");
  says(refusal_of(changed(water(), "/terms/1", json::object())), "found neither");
  says(refusal_of(changed(water(), "/terms/0/thickness", "p")),
       "'measure' or 'thickness', found both");
  says(refusal_of(changed(positive(), "/output", "moist")), "unknown output 'moist'");
}

static void flags_are_not_touched() {
  for (const json &object : {water(), positive()}) {
    Columns columns(convection::inputs(4), convection::outputs(4), 1);
    columns.fields.outputs[1].is_flag = true;
    try {
      Constraints(sources(json::array({object})), columns.fields);
      CHECK(!"refused");
    } catch (const hyb::Error &error) {
      CHECK_HAS(error.what(), "output: expected an output that is no flag, found 'moistening'");
    }
  }
}

static void numbers() {
  for (const json &factor : {json(0), json("many"), json(nullptr), json(1e200)})
    says(refusal_of(changed(water(), "/terms/0/factor", factor)), "factor: expected");
  for (const json &weight : {json(-1), json("1"), json(1e9)})
    says(refusal_of(changed(water(), "/terms/0/weight", weight)), "weight: expected");
  for (const json &levels :
       {json("middle"), json(0), json(1.5), json::array({1, 2, 3}), json(1e30)})
    says(refusal_of(changed(water(), "/terms/0/levels", levels)), "levels: expected");
  says(refusal_of(changed(water(), "/terms/0/levels", json::array({3, 2}))), "found 3 before 2");
  says(refusal_of(changed(water(), "/terms/0/species", 0)), "species: expected");
  says(refusal_of(without(positive(), "minimum")), "found neither");
  says(refusal_of(changed(positive(), "/maximum", -1)), "found 0 above -1");
}

// A factor with a unit says that units are meant to fit; one without says nothing.
static void units() {
  says(refusal_of(changed(energy(), "/unit", "kg m-2 s-1")),
       "unit of the term of 'heating': expected 'kg m-2 s-1', found 'J kg-1 K-1 K s-1 kg m-2'");
  says(refusal_of(changed(energy(), "/terms/0/factor", "1.00464 kJ kg-1 K-1")),
       "which is 1000.0 times as much");
  CHECK_EQ(refusal_of(changed(energy(), "/terms/0/factor", 1.00464)), "");
  CHECK_EQ(refusal(json::array({changed(energy(), "/unit", "J s-1 m-2")})), "");
  CHECK_EQ(refusal({energy(), water(), positive()}, false), "");
}

static void budgets_that_cannot_close() {
  json fixed = water();
  for (json &term : fixed["terms"]) term["weight"] = 0;
  says(refusal_of(fixed), "an output whose weight is above 0");
  CHECK_EQ(refusal_of(changed(fixed, "/enforce", false)), "");
  says(refusal_of(changed(water(), "/terms", json::array())), "expected an output");
  // Twice the same in other words, and one whose outputs the first budget holds fast.
  json twice = changed(water(), "/name", "twice");
  for (json &term : twice["terms"]) term["factor"] = 2;
  says(refusal({water(), twice}), "budget 'twice': expected outputs that may change");
  json sum = changed(energy(), "/name", "sum");
  const json more = water()["terms"];
  for (const json &term : more) sum["terms"].push_back(term);
  for (json &term : sum["terms"]) term["factor"] = 1;
  sum["terms"][0]["factor"] = convection::cp, sum["terms"][1]["factor"] = convection::latent;
  sum["terms"][2]["factor"] = -3.34e5;
  says(refusal({energy(), water(), sum}), "before it ('energy' and 'water')");
  json rain =
      changed(changed(water(), "/name", "rain"), "/terms", json::array({{{"output", "rain"}}}));
  says(refusal({changed(water(), "/terms/1/weight", 0), rain}), "budget 'rain'");
}

static void ways_to_change_are_said_once() {
  json first = water(), second = energy();
  second["terms"][1]["weight"] = 2;
  says(refusal({first, second}), "only in budget 'water'");
  CHECK_EQ(refusal({second, first}), "");
}

static void what_fluxes_make_is_theirs() {
  const json heating = {{"kind", "flux_divergence"},
                        {"tendency", "heating"},
                        {"measure", "mass"},
                        {"fluxes", json::array({{{"output", "snow"}, {"direction", "up"}}})}};
  CHECK_EQ(refusal({water(), heating}), "");
  says(refusal({energy(), heating}), "'divergence for heating' does not make");
  says(refusal({{{"kind", "bounds"}, {"output", "heating"}, {"minimum", 0}}, heating}),
       "'bounds of heating'");
  says(refusal({heating, changed(heating, "/name", "again")}), "found 'heating'");
  says(refusal_of(changed(heating, "/fluxes/0/output", "heating")), "other than");
  says(refusal_of(changed(heating, "/fluxes/0/direction", "left")), "'up' and 'down'");
  says(refusal_of(changed(heating, "/fluxes", json::array())), "expected a flux");
  says(refusal_of(without(heating, "measure")), "'thickness' of layers");
  says(refusal_of(changed(heating, "/factor", "2 s")), "flux 'snow' times the factor");
}

static void too_many() {
  json list = json::array();
  for (int i = 0; i < 17; ++i) list.push_back(changed(water(), "/name", std::to_string(i)));
  says(refusal(list), "budgets that are enforced: expected at most 16, found 17");
  for (int i = 17; i < 129; ++i)
    list.push_back(changed(changed(water(), "/name", std::to_string(i)), "/enforce", false));
  says(refusal(list), "expected at most 128, found 129");
}

// ---- With the first block

// The message of applying, once the inputs have these levels.
static std::string failure(const json &list, int64_t mass_levels, int32_t status) {
  Columns columns({{"mass", "kg m-2", mass_levels}, {"humidity", "1", 4}}, convection::outputs(4),
                  3);
  Constraints constraints(sources(list), columns.fields);
  columns.put_inputs();
  hyb::ConstraintWork work;
  try {
    constraints.apply(columns.values, work);
  } catch (const hyb::Error &error) {
    CHECK_EQ(error.status(), status);
    return error.what();
  }
  return "";
}

static void shapes() {
  const json list = json::array({water()});
  says(failure(list, 5, HYB_ERROR_SHAPE),
       "terms[0]: 'mass': levels: expected 4, as 'moistening' has 4, found 5");
  CHECK_EQ(failure(list, 1, HYB_ERROR_SHAPE).find("levels"), std::string::npos);
  const json deep = json::array({changed(water(), "/terms/0/levels", json::array({2, 9}))});
  says(failure(deep, 4, HYB_ERROR_SHAPE), "expected at least 9 levels, found 4 levels");
  const json many = json::array({changed(water(), "/terms/1/species", 2)});
  says(failure(many, 4, HYB_ERROR_SHAPE), "at least 2 species, found 1 species");
  json thick = changed(water(), "/terms/1/thickness", "mass");
  says(refusal_of(thick), "'mass': levels: expected 2, as 'moistening' has 2, found 3");
  thick["terms"][0].erase("measure");
  says(failure(json::array({thick}), 4, HYB_ERROR_SHAPE),
       "'mass': levels: expected 2, as 'rain' has 1, found 4");
}

static void inputs_that_were_not_put() {
  const json absent = json::array({changed(water(), "/terms/0/measure", "air_mass")});
  says(failure(absent, 4, HYB_ERROR_FIELD),
       "field 'air_mass': expected a put before run, found none");
  json idle = absent;
  idle[0]["enforce"] = false;
  says(failure(idle, 4, HYB_ERROR_FIELD), "field 'air_mass'");
}

int main() {
  kinds_and_keys();
  fields();
  flags_are_not_touched();
  numbers();
  units();
  budgets_that_cannot_close();
  ways_to_change_are_said_once();
  what_fluxes_make_is_theirs();
  too_many();
  shapes();
  inputs_that_were_not_put();
  return check_failures();
}
