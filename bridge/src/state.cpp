// SPDX-License-Identifier: BSD-3-Clause
#include "state.hpp"

#include "error.hpp"
#include "spelling.hpp"
#include "text.hpp"

namespace hyb {

void State::number(const std::string &name, double &value) {
  std::vector<double> values = {value};
  shared(name, values);
  if (values.size() != 1)
    mismatch(HYB_ERROR_STATE, in_quotes(name), "1 value", std::to_string(values.size()));
  value = values[0];
}

void State::number(const std::string &name, int64_t &value) {
  double real = static_cast<double>(value);
  number(name, real);
  value = static_cast<int64_t>(real);
}

StatePart::StatePart(State &state, const std::string &name, const nlohmann::json &made_with)
    : Prefixed(state, name + "/") {
  using nlohmann::json;
  std::vector<double> text = spelled(made_with.dump(-1, ' ', false, json::error_handler_t::replace));
  shared(made_with_name, text);
}

}  // namespace hyb
