// SPDX-License-Identifier: BSD-3-Clause
#include <fstream>
#include <stdexcept>

#include "clock.hpp"
#include "forms.hpp"
#include "tasks.hpp"

namespace hybrid_bench {
namespace {

using nlohmann::json;

// A line of /proc/self/status [bytes].
int64_t memory(const std::string &key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind(key + ":", 0) == 0) return std::stoll(line.substr(key.size() + 1)) * 1024;
  throw std::runtime_error("/proc/self/status: expected " + key + ", found none");
}

// A network, an emulator of it, and one call of all columns.
class OneHost {
 public:
  explicit OneHost(const json &job)
      : network_(network_of(job.at("network"))), x_(network_.inputs, job.at("columns")) {
    x_.draw();
    auto host = std::make_shared<const Host>(network_, emulator_of(job.at("emulator"), x_.ncol()));
    call_ = one_call(std::move(host), network_, x_);
  }
  void run() { call_->run(); }

 private:
  Network network_;
  HostArrays x_;
  std::unique_ptr<Contender> call_;
};

}  // namespace

// `since` is when the parent started this process.
json start(const json &job) {
  OneHost host(job);
  host.run();
  const double seconds = now() - job.at("since").get<double>();
  return {{"seconds", seconds}, {"resident", memory("VmRSS")}, {"peak", memory("VmHWM")}};
}

json calls(const json &job) {
  OneHost host(job);
  const int64_t count = job.at("calls"), warm_up = 1000;
  for (int64_t i = 0; i < warm_up; ++i) host.run();
  const int64_t before = memory("VmRSS");
  for (int64_t i = 0; i < count; ++i) host.run();
  return {{"calls", count}, {"before", before}, {"after", memory("VmRSS")}};
}

}  // namespace hybrid_bench
