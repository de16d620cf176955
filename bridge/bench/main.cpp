// SPDX-License-Identifier: BSD-3-Clause
// Run by `pyhybrid bench`: one line of JSON on standard input says what to measure, one on standard
// output what was found, {"error": ...} where nothing was. Progress goes to standard error.
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>

#include "tasks.hpp"

int main() {
  using nlohmann::json;
  using namespace hybrid_bench;
  const std::map<std::string, json (*)(const json &)> tasks = {
      {"compare", compare}, {"scaling", scaling}, {"rank", rank},   {"device", device},
      {"online", online},   {"records", records}, {"start", start}, {"calls", calls}};
  try {
    std::string line;
    std::getline(std::cin, line);
    const json job = json::parse(line);
    std::cout << tasks.at(job.at("task"))(job).dump() << std::endl;
    return EXIT_SUCCESS;
  } catch (const std::exception &error) {
    std::cout << json{{"error", error.what()}}.dump() << std::endl;
    return EXIT_FAILURE;
  }
}
