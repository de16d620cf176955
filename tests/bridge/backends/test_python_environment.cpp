// SPDX-License-Identifier: BSD-3-Clause
// Which Python environment is used, and which ones are refused. One environment per process: each
// case is a run of this program with its name.
#include <functional>
#include <map>

#include "backend.hpp"
#include "check.h"

using test::Network;

namespace {

const hyb_backend *backend;

std::string file(const std::string &name) { return test::variable("EMULATORS") + ("/" + name); }

void check(const std::string &environment, int32_t status, const char *words) {
  Network network(backend);
  hyb_backend_options options = test::default_options;
  options.environment = environment.c_str();
  const int32_t found = network.open(file("affine.py"), options);
  CHECK_EQ(found, status);
  CHECK_HAS(network.message.text, words);
}

// Refused before Python is started, so that a good one can follow.
void refused() {
  check("/no/such/folder", HYB_ERROR_CONFIG, "/no/such/folder: expected a folder, found none");
  check(file("no_python"), HYB_ERROR_CONFIG, "expected lib/python3.");
  check(file("python_2"), HYB_ERROR_CONFIG, "found in lib: python2.7");
  check("", HYB_OK, "");
}

void configured() {
  check(test::variable("ENVIRONMENT"), HYB_OK, "");
  check(test::variable("ENVIRONMENT") + std::string("/../") +
            std::string(test::variable("ENVIRONMENT_NAME")), HYB_OK, "");
  check(file("no_numpy"), HYB_ERROR_CONFIG, "one per process, in use already");
}

void active() {
  setenv("VIRTUAL_ENV", file("no_numpy").c_str(), 1);
  check(test::variable("ENVIRONMENT"), HYB_OK, "");
  check("", HYB_ERROR_CONFIG, "one per process, in use already");
}

void without_numpy() {
  check(file("no_numpy"), HYB_ERROR_PLUGIN, "expected the module numpy, found");
  check(file("no_numpy"), HYB_ERROR_PLUGIN, "ModuleNotFoundError");
}

void gone() {
  setenv("VIRTUAL_ENV", "/no/such/folder", 1);
  check("", HYB_ERROR_CONFIG, "/no/such/folder: expected a folder, found none");
}

}  // namespace

int main(int, char **arguments) {
  backend = test::load_backend(test::variable("BACKEND"));
  const std::map<std::string, std::function<void()>> cases = {{"refused", refused},
                                                              {"configured", configured},
                                                              {"active", active},
                                                              {"without_numpy", without_numpy},
                                                              {"gone", gone}};
  cases.at(arguments[1])();
  return check_failures();
}
