// SPDX-License-Identifier: BSD-3-Clause
// What of the library has to be in a restart. Each thing that has state names its arrays once, in one
// function that serves saving and loading alike.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace hyb {

class State {
 public:
  virtual ~State() = default;

  // Values that are the same on every rank. Loading sets the length; whoever knows what it has to be
  // checks it.
  virtual void shared(const std::string &name, std::vector<double> &values) = 0;

  // What this process counted, whose sum over ranks is what matters: saving adds up, loading gives
  // the sum to the first rank and zeros to the others.
  virtual void counters(const std::string &name, std::vector<double> &values) {
    shared(name, values);
  }

  // Values by column of the domain, [row][column].
  virtual void columns(const std::string &name, std::vector<double> &values) = 0;

  // A single number; an integer must be below 2^53.
  void number(const std::string &name, double &value);
  void number(const std::string &name, int64_t &value);
};

// The arrays of one thing among several.
class Prefixed : public State {
 public:
  Prefixed(State &state, std::string prefix) : state_(state), prefix_(std::move(prefix)) {}
  void shared(const std::string &name, std::vector<double> &values) override {
    state_.shared(prefix_ + name, values);
  }
  void counters(const std::string &name, std::vector<double> &values) override {
    state_.counters(prefix_ + name, values);
  }
  void columns(const std::string &name, std::vector<double> &values) override {
    state_.columns(prefix_ + name, values);
  }

 private:
  State &state_;
  std::string prefix_;
};

// A part of a state that is loaded as a whole or not at all, and what it was made with: with
// anything else it means nothing. The array of that is only written; restart_fit.hpp reads it.
class StatePart : public Prefixed {
 public:
  StatePart(State &state, const std::string &name, const nlohmann::json &made_with);
};

// Its name.
constexpr const char *made_with_name = "made with";

}  // namespace hyb
