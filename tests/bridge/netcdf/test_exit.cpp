// SPDX-License-Identifier: BSD-3-Clause
// A host that ends without closing loses nothing, whichever way it ends.
#include <sys/wait.h>

#include "reading.hpp"

namespace {

constexpr int64_t levels = 60;  // of exit_host

int64_t samples_of(const std::string &path) {
  const Reading reading(path);
  const std::vector<char> data = reading.read(0);
  for (int64_t i = 0; i < reading.nsample; ++i)
    CHECK_EQ(read_value(reading.variable[0], data.data(), i * levels + levels - 1),
             reading.step[i] + reading.column[i] + levels - 1);
  return reading.nsample;
}

int run_host(const std::string &path, const std::string &how) {
  const std::string command = std::string(std::getenv("EXIT_HOST")) + " " + path + " " + how;
  return std::system(command.c_str());
}

void check_end(const Folder &folder, const std::string &how, int code, int64_t count = 500 * 32) {
  const std::string path = folder / (how + ".nc");
  const int status = run_host(path, how);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != code)
    std::fprintf(stderr, "%s: status %x\n", how.c_str(), static_cast<unsigned>(status));
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == code);
  CHECK_EQ(samples_of(path), count);
}

}  // namespace

int main() {
  const Folder folder;
  check_end(folder, "return", 0);
  check_end(folder, "exit", (-999) & 0xff);
  check_end(folder, "thread", 3);
  check_end(folder, "openmp", 4);
  check_end(folder, "fork", 0);
  check_end(folder, "fork_use", 0);
  check_end(folder, "fork_often", 0, 1000 * 32);
  check_end(folder, "fork_reader", 0);
  setenv("CLOSE_LATE", "1", 1);
  check_end(folder, "return", 0);
  CHECK(run_host(folder / "kill.nc", "kill") != 0);
  CHECK_EQ(samples_of(folder / "kill.nc"), 500 * 32);  // what was flushed
  return check_failures();
}
