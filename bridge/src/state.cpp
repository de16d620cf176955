// SPDX-License-Identifier: BSD-3-Clause
#include "state.hpp"

#include "error.hpp"
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

}  // namespace hyb
