// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <exception>
#include <string>

#include "communicator.hpp"
#include "error.hpp"

namespace hyb {

// Runs `body`, in which nothing is collective, on every rank. Where it fails on one, it fails on
// all: on the others with HYB_ERROR_STATE and the message of the first. Collective.
template <class Body>
void on_all_ranks(const Communicator &communicator, Body &&body) {
  std::exception_ptr failure;
  std::string text;
  try {
    body();
  } catch (...) {
    failure = std::current_exception();
    text = "rank " + std::to_string(communicator.rank()) + ": " + current_error().what();
  }
  const std::string first = communicator.first_text(text);
  if (failure) std::rethrow_exception(failure);
  if (!first.empty()) fail(HYB_ERROR_STATE, first);
}

}  // namespace hyb
