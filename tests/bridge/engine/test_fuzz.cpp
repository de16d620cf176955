// SPDX-License-Identifier: BSD-3-Clause
// A file with some of its bytes changed, or its end cut off, is refused or runs; never more.
#include <random>

#include "check.h"
#include "engine_network.hpp"
#include "failure.hpp"

using namespace hybrid_builtin;

namespace {

int loaded = 0, refused = 0;

// Nothing, or what was refused.
std::string load_and_run(const std::string &bytes) {
  const std::string path = written(bytes);
  try {
    Network network(path.c_str(), {});
    prepare(network, test_features, rows_of_every_operation(), 32);
    const std::vector<float> x(static_cast<size_t>(test_features) * 17, 0.5f);
    std::vector<float> y(static_cast<size_t>(rows_of_every_operation()) * 17);
    run(network, x.data(), y.data(), 17, 17);
    ++loaded;
  } catch (const Failure &failure) {
    CHECK_HAS(failure.what(), "expected");
    CHECK_HAS(failure.what(), "found");
    ++refused;
    return failure.what();
  }
  return "";
}

std::string changed(std::string bytes, std::mt19937 &random, size_t end) {
  const char likely[] = "0123456789-+.,:[]{}\"e \\";
  for (auto left = random() % 3 + 1; left > 0; --left) {
    const size_t place = random() % end;
    bytes[place] = random() % 2 ? likely[random() % (sizeof likely - 1)]
                                : static_cast<char>(random() % 256);
  }
  return bytes;
}

// Other numbers in a header that stays JSON: what is refused by the checks of the network.
std::string with_other_digits(std::string bytes, std::mt19937 &random) {
  for (auto left = random() % 3 + 1; left > 0;) {
    char &byte = bytes[8 + random() % (bytes.size() - 8)];
    if (byte < '0' || byte > '9') continue;
    byte = static_cast<char>('0' + random() % 10);
    --left;
  }
  return bytes;
}

}  // namespace

int main() {
  const std::string bytes = every_operation();
  const std::string message = load_and_run(bytes);
  if (!message.empty()) check_report(__FILE__, __LINE__, message.c_str());
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) load_and_run(bytes.substr(0, random() % bytes.size()));
  CHECK_EQ(loaded, 1);
  for (int i = 0; i < 3000; ++i) load_and_run(changed(bytes, random, bytes.size()));
  for (int i = 0; i < 3000; ++i) load_and_run(with_other_digits(bytes, random));
  for (int i = 0; i < 200; ++i) load_and_run(changed(bytes, random, 8));
  CHECK(loaded > 20);
  CHECK(refused > 500);
  std::remove(written(bytes).c_str());
  return check_failures();
}
