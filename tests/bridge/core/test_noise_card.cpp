// SPDX-License-Identifier: BSD-3-Clause
// What a card may say of noise.
#include "fixture.hpp"

static std::string card_with_noise(const std::string &keys, const std::string &unit = "1",
                                   const std::string &dims = "\"column\"") {
  return replaced(column_card, "\"inputs\": [",
                  "\"inputs\": [{\"name\": \"noise\", \"role\": \"noise\", \"kind\": \"real\", "
                  "\"unit\": \"" + unit + "\", \"dims\": [" + dims + "]" + keys + "},");
}

static int32_t opened(const std::string &card) {
  hyb_emulator *emulator = nullptr;
  const int32_t status = hyb_emulator_open(write_emulator(card).c_str(), nullptr, &emulator);
  CHECK_EQ(emulator != nullptr, status == HYB_OK);
  CHECK(hyb_emulator_close(emulator) == HYB_OK || status != HYB_OK);
  return status;
}

static void is_refused(const std::string &card, std::initializer_list<const char *> words,
                       int line) {
  check_refused(opened(card), HYB_ERROR_CARD, words, line);
}
#define REFUSES(card, ...) is_refused(card, {__VA_ARGS__}, __LINE__)

static void noise_is_an_input() {
  for (const char *keys : {"", ", \"distribution\": \"normal\"", ", \"distribution\": \"uniform\"",
                           ", \"correlation_time\": 0.5",
                           ", \"distribution\": \"normal\", \"correlation_time\": 1e9"})
    CHECK_OK(opened(card_with_noise(keys)));
  CHECK_OK(opened(card_with_noise(", \"levels\": 3, \"species\": 2", "1",
                                  "\"column\", \"level\", \"species\"")));
}

static void noise_is_pure() {
  REFUSES(card_with_noise("", "K"), "inputs[0]: unit of role 'noise'", "expected '1'", "found 'K'");
  REFUSES(card_with_noise("", "1", ""), "dims of role 'noise'", "an axis 'column'", "found none");
  REFUSES(card_with_noise(", \"normalisation\": {\"offset\": 0, \"scale\": 1}"),
          "normalisation of role 'noise'", "expected none", "found one");
  REFUSES(replaced(card_with_noise(""), "\"kind\": \"real\"", "\"kind\": \"integer\""),
          "kind of role 'noise'", "expected 'real'", "found 'integer'");
}

static void distributions_are_known() {
  REFUSES(card_with_noise(", \"distribution\": \"gauss\""), "inputs[0]: distribution", "'uniform'",
          "found 'gauss'");
  REFUSES(card_with_noise(", \"distribution\": 1"), "distribution", "expected", "found 1");
  for (const char *wrong : {"0", "-1", "\"1 h\"", "null", "[1]"})
    REFUSES(card_with_noise(std::string(", \"correlation_time\": ") + wrong), "correlation_time",
            "expected a number above 0", "found");
  REFUSES(card_with_noise(", \"distribution\": \"uniform\", \"correlation_time\": 60"),
          "distribution with a correlation_time", "expected 'normal'", "found 'uniform'");
}

static void other_roles_have_no_such_keys() {
  for (const char *key : {"distribution", "correlation_time"})
    REFUSES(replaced(column_card, "\"unit\": \"Pa\"",
                     "\"unit\": \"Pa\", \"" + std::string(key) + "\": 1"),
            "inputs[1]", "unknown key", key);
}

static void outputs_are_no_noise() {
  REFUSES(replaced(column_card, "\"unit\": \"kg m-2 s-1\", \"role\": \"state\"",
                   "\"unit\": \"1\", \"role\": \"noise\""),
          "role of output 'rainfall_flux'", "another than 'noise'");
}

// A process needs to know how many numbers it has.
static void correlated_noise_of_boxes_has_levels() {
  const std::string box = R"({"format": "pyhybrid card", "version": 1, "name": "box",
    "sample": "box", "kind": "real32", "inputs": [
      {"name": "a", "unit": "1", "role": "noise", "kind": "real", "dims": ["column", "level"],
       "correlation_time": 60}],
    "outputs": [{"name": "b", "unit": "1", "role": "state", "kind": "real",
      "dims": ["column", "level"]}]})";
  REFUSES(box, "levels with a correlation_time", "expected a positive integer", "found nothing");
  CHECK_OK(opened(replaced(box, "\"correlation_time\"", "\"levels\": 7, \"correlation_time\"")));
  CHECK_OK(opened(replaced(box, ",\n       \"correlation_time\": 60", "")));
}

int main() {
  noise_is_an_input();
  noise_is_pure();
  distributions_are_known();
  other_roles_have_no_such_keys();
  outputs_are_no_noise();
  correlated_noise_of_boxes_has_levels();
  return check_failures();
}
