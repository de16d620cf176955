// SPDX-License-Identifier: BSD-3-Clause
#include "values.hpp"

#include "error.hpp"
#include "text.hpp"

namespace hyb {
namespace {

size_t place_of(const std::vector<ValueField> &fields, const std::string &name) {
  size_t place = 0;
  while (place < fields.size() && fields[place].name != name) ++place;
  return place;
}

}  // namespace

size_t ValueFields::input(const std::string &name) {
  const size_t place = place_of(inputs, name);
  if (place < inputs.size()) return place;
  const size_t at = place_of(known, name);
  inputs.push_back({name, at < known.size() ? known[at].unit : ""});
  return place;
}

size_t ValueFields::output(const std::string &name, int32_t status,
                           const std::string &where) const {
  const size_t place = place_of(outputs, name);
  if (place < outputs.size()) return place;
  std::vector<std::string> names;
  for (const ValueField &field : outputs) names.push_back(field.name);
  fail(status, where + ": " + unknown("output", name, names));
}

}  // namespace hyb
