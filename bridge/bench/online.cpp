// SPDX-License-Identifier: BSD-3-Clause
#include <iostream>

#include "pass.hpp"
#include "tasks.hpp"

namespace hybrid_bench {
using nlohmann::json;

json online(const json &job) {
  const Network network = network_of(job.at("network"));
  std::cerr << network.name << ", "
            << job.at("passes").at(0).at("row").at("contest").get<std::string>() << '\n';
  Contest contest;
  for (const json &one : job.at("passes"))
    contest.add(one.at("row"), [&] {
      const PassJob pass_job = pass_of(one);
      return pass(network, emulator_of(job.at("emulator"), pass_job.block), pass_job);
    });
  contest.run(pace_of(job));
  return {{"rows", contest.rows()}};
}

// Each pass ends with a step; how long such a one takes, in groups of them.
json records(const json &job) {
  const PassJob pass_job = pass_of(job.at("pass"));
  const auto passes = pass(network_of(job.at("network")),
                           emulator_of(job.at("emulator"), pass_job.block), pass_job);
  const int64_t count = job.at("count"), group = job.at("group");
  json found = json::array();
  for (int64_t done = group; done <= count; done += group) {
    const double before = passes->stages().back();
    for (int64_t i = 0; i < group; ++i) passes->run();
    const double seconds = (passes->stages().back() - before) / static_cast<double>(group);
    found.push_back({{"records", done}, {"seconds", seconds}});
  }
  return {{"rows", found}};
}

}  // namespace hybrid_bench
