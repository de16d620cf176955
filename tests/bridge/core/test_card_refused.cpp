// SPDX-License-Identifier: BSD-3-Clause
// Cards that are refused when the emulator is opened.
#include "fixture.hpp"

static void refuses(const std::string &card, std::initializer_list<const char *> words, int line) {
  hyb_emulator *emulator = nullptr;
  const std::string path = write_emulator(card);
  check_refused(hyb_emulator_open(path.c_str(), nullptr, &emulator), HYB_ERROR_CARD, words, line);
  CHECK(!emulator);
}
#define REFUSES(card, ...) refuses(card, {__VA_ARGS__}, __LINE__)

static std::string card_with(const std::string &from, const std::string &to) {
  return replaced(column_card, from, to);
}
static std::string card_without(const std::string &text) { return card_with(text, ""); }

static void every_needed_key_is_needed() {
  REFUSES(card_without("\"format\": \"pyhybrid card\", "), "format", "expected", "found nothing");
  REFUSES(card_without("\"version\": 1, "), "version", "expected", "found nothing");
  REFUSES(card_without("\"name\": \"test\", "), "name", "expected a text", "found nothing");
  REFUSES(card_without("\"sample\": \"column\", "), "sample", "expected", "found nothing");
  REFUSES(card_with(", \"kind\": \"real32\"", ""), "card: kind", "expected", "found nothing");
  REFUSES(card_with("\"inputs\": [", "\"provenance\": {}, \"scores\": {\"x\": ["),
          "expected JSON", "found");
  REFUSES(card_with("\"inputs\"", "\"input\""), "inputs", "expected a list", "found nothing");
  REFUSES(card_with("\"outputs\"", "\"scores\""), "outputs", "expected a list", "found nothing");
  REFUSES(card_without("\"name\": \"air_temperature\", "), "inputs[0]: name", "expected a text");
  REFUSES(card_without("\"unit\": \"Pa\", "), "inputs[1]: unit", "expected a text", "nothing");
  REFUSES(card_without("\"role\": \"state\", "), "inputs[0]: role", "expected", "found nothing");
  REFUSES(card_without("\"kind\": \"real\",\n"), "inputs[0]: kind", "expected", "found nothing");
  REFUSES(card_without("\"dims\": [\"column\", \"level\"], "), "inputs[0]: dims",
          "expected a list");
  REFUSES(card_without(", \"levels\": 3"), "inputs[0]: levels", "expected a positive integer");
}

static void values_have_their_type() {
  REFUSES(card_with("\"version\": 1", "\"version\": \"1\""), "version", "expected", "found \"1\"");
  REFUSES(card_with("\"version\": 1", "\"version\": 2"), "version", "expected 1", "found 2");
  REFUSES(card_with("\"name\": \"test\"", "\"name\": 5"), "name", "expected a text", "found 5");
  REFUSES(card_with("pyhybrid card", "card"), "format", "expected", "found 'card'");
  REFUSES(card_with("\"column\", \"kind\"", "\"block\", \"kind\""), "sample", "'box'", "'block'");
  REFUSES(card_with("\"real32\"", "\"real16\""), "kind", "'real64'", "found 'real16'");
  REFUSES(card_with("\"K\"", "null"), "unit", "expected a text", "found null");
  REFUSES(card_with("\"state\"", "\"status\""), "role", "'increment'", "found 'status'");
  REFUSES(card_with("\"levels\": 3", "\"levels\": 0"), "levels", "positive integer", "found 0");
  REFUSES(card_with("\"levels\": 3", "\"levels\": -3"), "levels", "positive integer", "found -3");
  REFUSES(card_with("\"levels\": 3", "\"levels\": 3.5"), "levels", "positive integer", "3.5");
  REFUSES(card_with("\"levels\": 3", "\"levels\": 18446744073709551615"), "levels", "positive");
  REFUSES(card_with("\"levels\": 3", "\"levels\": [3]"), "levels", "positive integer", "an array");
  REFUSES(card_with("\"levels\": 3", "\"levels\": 1000000000000"), "levels", "positive integer");
  REFUSES(card_with("[\"column\", \"level\"]", "\"column\""), "dims", "expected a list", "column");
  REFUSES(card_with("[\"column\", \"level\"]", "[1]"), "dims", "expected a list of axes", "1");
  REFUSES("[1, 2]", "card", "expected an object", "found an array");
  REFUSES("\"card\"", "card", "expected an object", "found \"card\"");
}

static void training_ranges_belong_to_fields() {
  const auto with = [](const std::string &ranges) {
    return card_with("\"version\": 1", "\"version\": 1, \"training_range\": {" + ranges + "}");
  };
  const std::string limits = "{\"min\": 1, \"max\": 2}";
  REFUSES(with("\"t\": " + limits), "training_range: 't'", "a field of the card", "none");
  REFUSES(with("\"air_temperature\": 5"), "'air_temperature'", "expected an object", "found 5");
  REFUSES(with("\"air_temperature\": {}"), "'min' or 'max'", "neither");
  REFUSES(with("\"air_temperature\": {\"min\": 2, \"max\": 1}"), "value 1", "min up to max");
  REFUSES(with("\"air_temperature\": {\"min\": [1, 2]}"), "min", "1 number or 3", "found 2");
  REFUSES(with("\"air_temperature\": {\"mim\": 1, \"max\": 2}"), "mim", "min");
  REFUSES(with("\"air_temperature\": {\"min\": 1, \"quantile\": 0.2}"), "quantile", "0.5");
  REFUSES(with("\"air_temperature\": {\"min\": 1, \"output\": " + limits + "}"), "'output'");
}

static void optional_values_have_their_type_too() {
  const auto with = [](const std::string &entry) {
    return card_with("\"version\": 1", "\"version\": 1, " + entry);
  };
  REFUSES(with("\"arguments\": \"matrix\""), "arguments", "'packed' and 'fields'", "'matrix'");
  REFUSES(with("\"orientation\": \"up\""), "orientation", "'bottom_up'", "found 'up'");
  REFUSES(with("\"scores\": 0.9"), "scores", "expected an object", "found 0.9");
  REFUSES(with("\"provenance\": []"), "provenance", "expected an object", "found an array");
  REFUSES(with("\"constraints\": {}"), "constraints", "expected a list", "found an object");
  REFUSES(with("\"constraints\": [{\"kind\": \"bounds\", \"output\": \"heating\"}]"),
          "card: constraints[0]: output", "did you mean 'heating_rate'");
}

static void unknown_keys_name_the_nearest() {
  REFUSES(card_with("\"version\": 1", "\"version\": 1, \"argument\": 0"), "unknown key 'argument'",
          "did you mean 'arguments'");
  REFUSES(card_with("\"unit\": \"K\"", "\"unit\": \"K\", \"kinds\": 1"), "inputs[0]", "'kinds'",
          "did you mean 'kind'");
  REFUSES(card_with("\"dims\": [\"column\"]", "\"dims\": [\"column\"], \"levels\": 3"), "inputs[1]",
          "unknown key 'levels'");
}

static void fields_are_consistent() {
  REFUSES(card_with("surface_air_pressure", "air_temperature"), "inputs[1]: name", "each name once",
          "'air_temperature' twice");
  REFUSES(card_with("\"role\": \"state\"", "\"role\": \"flag\""), "kind of role 'flag'",
          "'integer' or 'logical'", "found 'real'");
  REFUSES(card_with("\"kind\": \"real\"", "\"kind\": \"integer\""), "kind of role 'state'",
          "expected 'real'", "found 'integer'");
  REFUSES(card_with("[\"column\", \"level\"]", "[\"level\", \"column\"]"), "dims", "expected",
          "found 'level column'");
  REFUSES(card_with("[\"column\", \"level\"]", "[\"column\", \"height\"]"), "dims", "expected",
          "found 'column height'");
  REFUSES(replaced(column_card, "\"dims\": [\"column\"]}]\n", "\"dims\": []}]\n"),
          "dims of output 'rainfall_flux'", "expected an axis 'column'", "found none");
  REFUSES(card_with("\"name\": \"heating_rate\", \"unit\": \"K s-1\", \"role\": \"tendency\"",
                    "\"name\": \"air_temperature\", \"unit\": \"K\", \"role\": \"increment\""),
          "role of 'air_temperature'", "expected 'state'", "found 'increment'");
  REFUSES(card_with("\"sample\": \"column\"", "\"sample\": \"box\""),
          "dims of output 'rainfall_flux'", "expected an axis 'level'", "found none");
}

// Of the temperature, which has three levels.
static std::string normalised(const std::string &normalisation) {
  return card_with("\"levels\": 3", "\"levels\": 3, \"normalisation\": " + normalisation);
}

static void normalisations_fit_their_fields() {
  REFUSES(normalised("3"), "inputs[0]: normalisation", "expected an object", "found 3");
  REFUSES(normalised("{\"offset\": 1}"), "normalisation: scale", "expected a number within real32",
          "found nothing");
  REFUSES(normalised("{\"scale\": 1}"), "normalisation: offset", "found nothing");
  REFUSES(normalised(R"({"offset": 0, "scale": 1, "mean": 0})"), "normalisation", "'mean'");
  REFUSES(normalised(R"({"offset": [1, 2], "scale": 1})"), "offset", "expected 1 number or 3",
          "found 2");
  REFUSES(normalised(R"({"offset": 0, "scale": [1, 1, 1, 1]})"), "scale", "or 3", "found 4");
  REFUSES(normalised(R"({"offset": 0, "scale": []})"), "scale", "or 3", "found 0");
  REFUSES(normalised(R"({"offset": 0, "scale": 0})"), "scale", "that is not 0", "found 0");
  REFUSES(normalised(R"({"offset": 0, "scale": [1, 0.0, 1]})"), "scale", "not 0", "found 0.0");
  REFUSES(normalised(R"({"offset": 0, "scale": 1e-60})"), "scale", "within real32", "1e-60");
  REFUSES(normalised(R"({"offset": 0, "scale": 1e60})"), "scale", "within real32", "1e+60");
  REFUSES(normalised(R"({"offset": -1e60, "scale": 1})"), "offset", "within real32", "-1e+60");
  REFUSES(normalised(R"({"offset": "0", "scale": 1})"), "offset", "within real32", "\"0\"");
  REFUSES(normalised(R"({"offset": [null, 0, 0], "scale": 1})"), "offset", "found null");
  REFUSES(normalised(R"({"offset": 0, "scale": 1e999})"), "expected JSON");
  const std::string flag = replaced(normalised(R"({"offset": 0, "scale": 1})"),
                                    "\"role\": \"state\", \"kind\": \"real\"",
                                    "\"role\": \"flag\", \"kind\": \"integer\"");
  REFUSES(flag, "normalisation", "expected none, as the field's kind is 'integer'");
}

static void tolerances_are_above_0() {
  for (const char *wrong : {"0", "-1", "\"1\"", "[1]", "null"})
    REFUSES(card_with("\"version\": 1", std::string("\"version\": 1, \"tolerance\": ") + wrong),
            "tolerance", "expected a number above 0", "found");
}

static void lists_hold_fields() {
  const std::string head = column_card.substr(0, column_card.find("\"inputs\""));
  REFUSES(head + "\"inputs\": [], \"outputs\": []}", "inputs", "expected a field", "found none");
  REFUSES(head + "\"inputs\": {}, \"outputs\": []}", "inputs", "expected a list", "an object");
  REFUSES(head + "\"inputs\": [3], \"outputs\": []}", "inputs[0]", "expected an object", "found 3");
}

static void too_large_matrices_are_refused() {
  REFUSES(card_with("\"levels\": 3", "\"levels\": 16777216"),
          "inputs[1]: values of all fields up to", "at most 16777216", "found 16777217");
}

static void broken_json_is_refused() {
  for (size_t length = 0; length < column_card.size(); length += 37)
    REFUSES(column_card.substr(0, length), "expected JSON", "found");
  REFUSES(std::string(100000, '['), "expected JSON");
  REFUSES(std::string(100000, '[') + std::string(100000, ']'), "expected an object");
  REFUSES(card_with("air_temperature", "\xff"), "expected JSON");
  REFUSES(std::string(64, '\0'), "expected JSON");
}

int main() {
  every_needed_key_is_needed();
  values_have_their_type();
  training_ranges_belong_to_fields();
  optional_values_have_their_type_too();
  unknown_keys_name_the_nearest();
  fields_are_consistent();
  lists_hold_fields();
  normalisations_fit_their_fields();
  tolerances_are_above_0();
  too_large_matrices_are_refused();
  broken_json_is_refused();
  return check_failures();
}
