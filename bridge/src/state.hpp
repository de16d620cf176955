// SPDX-License-Identifier: BSD-3-Clause
// What of the library has to be in a restart. Each thing that has state names its arrays once, in one
// function that serves saving and loading alike.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hyb {

class State {
 public:
  virtual ~State() = default;

  // Values that are the same on every rank. Loading sets the length; whoever knows what it has to be
  // checks it.
  virtual void shared(const std::string &name, std::vector<double> &values) = 0;

  // Values by column of the domain, [row][column].
  virtual void columns(const std::string &name, std::vector<double> &values) = 0;

  // A single number; an integer must be below 2^53.
  void number(const std::string &name, double &value);
  void number(const std::string &name, int64_t &value);
};

}  // namespace hyb
