// SPDX-License-Identifier: BSD-3-Clause
// The example of docs/bias-correction.md is read and makes hooks; its nudging lacks nothing but the file.
#include <fstream>
#include <sstream>

#include "config.hpp"
#include "synthetic.hpp"

static std::string between(const std::string &text, const std::string &begin,
                           const std::string &end) {
  const size_t from = text.find(begin);
  if (from == std::string::npos) return "";
  const size_t first = from + begin.size();
  return text.substr(first, text.find(end, first) - first);
}

static std::string example(const char *page) {
  std::ostringstream text;
  text << std::ifstream(page).rdbuf();
  return between(text.str(), "```toml\n", "```");
}

int main(int, char **arguments) {
  const hyb::DomainConfig config = hyb::parse_config(example(arguments[1]));
  hyb::ValueFields known;
  known.outputs = {{"tendency_of_air_temperature", "K s-1"},
                   {"tendency_of_specific_humidity", "kg kg-1 s-1"},
                   {"upwelling_longwave_flux_in_air", "W m-2"}};
  const hyb::Grid grid = in_order().grid();
  int made = 0;
  for (const hyb::HookConfig &hook : config.schemes.at("radiation").hooks) {
    if (hook.kind == "nudging")
      check_fails([&] { hyb::make_hook(hook, known, grid, "", ""); }, HYB_ERROR_FILE,
                  {"climatology.nc", "No such file"});
    else
      made += hyb::make_hook(hook, known, grid, "", "") != nullptr;
  }
  CHECK_EQ(made, 3);
  CHECK_EQ(config.schemes.at("radiation").hooks.size(), 4);
  return check_failures();
}
