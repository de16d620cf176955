// SPDX-License-Identifier: BSD-3-Clause
#include "hooks/option_keys.hpp"

#include "error.hpp"
#include "text.hpp"
#include "units.hpp"

namespace hyb {

double read_seconds(JsonTable &options, const char *key, double otherwise) {
  if (!options.find(key)) return otherwise;
  const std::string text = options.text(key);
  const double seconds = seconds_of(text, options.where(key));
  if (!(seconds > 0))
    mismatch(options.status(), options.where(key), "a time above 0", in_quotes(text));
  return seconds;
}

double read_quantity(JsonTable &options, const char *key, const std::string &unit,
                     double otherwise) {
  if (!options.find(key)) return otherwise;
  const std::string text = options.text(key);
  const std::optional<double> value = converted(quantity_of(text, options.where(key)), unit);
  if (!value || *value < 0)
    mismatch(options.status(), options.where(key),
             "a value of 0 or more in the unit of the field, " + in_quotes(unit),
             in_quotes(text));
  return *value;
}

int64_t read_count(JsonTable &options, const char *key, int64_t most, int64_t otherwise) {
  if (!options.find(key)) return otherwise;
  const int64_t count = options.count(key);
  if (count > most)
    mismatch(options.status(), options.where(key), "at most " + std::to_string(most),
             std::to_string(count));
  return count;
}

std::pair<int64_t, int64_t> read_levels(JsonTable &options, const char *key) {
  const char *expected = "two levels from 1, the first not above the last";
  const nlohmann::json *levels = options.find(key);
  if (!levels) return {1, INT64_MAX};
  const bool pair = levels->is_array() && levels->size() == 2 && (*levels)[0].is_number_integer() &&
                    (*levels)[1].is_number_integer();
  if (!pair) options.wrong(key, expected, *levels);
  const int64_t first = (*levels)[0].get<int64_t>(), last = (*levels)[1].get<int64_t>();
  if (first < 1 || first > last)
    mismatch(options.status(), options.where(key), expected, levels->dump());
  return {first, last};
}

}  // namespace hyb
