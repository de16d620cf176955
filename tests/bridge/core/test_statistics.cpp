// SPDX-License-Identifier: BSD-3-Clause
// The statistics: JSON that parses, counts that are right, a file at the end.
#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "model.hpp"

using nlohmann::json;

static json statistics(const Scheme &scheme) {
  const char *text = nullptr;
  CHECK_OK(hyb_domain_statistics(scheme.domain.handle, &text));
  return json::parse(text);
}

static void calls_columns_and_times_are_counted() {
  const Scheme scheme(emulate(write_emulator(column_card, "slow")));
  Model model(10);
  scheme.step(12, "1979-01-01");
  model.blocks(scheme, 4);
  const json all = statistics(scheme), found = all["schemes"]["test"];
  CHECK_EQ(all["step"], 12);
  CHECK_EQ(all["date"], "1979-01-01");
  CHECK_EQ(all["rank"], 0);
  CHECK_EQ(found["mode"], "emulate");
  CHECK_EQ(found["calls"], 3);
  CHECK_EQ(found["columns"], 10);
  CHECK_EQ(found["failures"], 0);
  CHECK(found["seconds"]["infer"].get<double>() >= 0.6);
  for (const char *part : {"pack", "scatter", "native"}) {
    const double seconds = found["seconds"][part].get<double>();
    CHECK(seconds >= 0 && seconds < 5);
  }
}

// Between native_wanted and the first get; 0 where the host never asks.
static void the_native_routine_is_timed() {
  const Scheme scheme(shadow(write_emulator(column_card)));
  Model model(10);
  const Call call(scheme, 10);
  model.put_all(call, 1, 10);
  CHECK_OK(call.run());
  CHECK(call.native_wanted());
  usleep(50000);
  model.get_all(call, 1, 10);
  CHECK_OK(call.close());
  const double once = statistics(scheme)["schemes"]["test"]["seconds"]["native"].get<double>();
  CHECK(once >= 0.05 && once < 5);
  usleep(300000);
  const Call silent(scheme, 10);
  model.put_all(silent, 1, 10);
  CHECK_OK(silent.run());
  model.get_all(silent, 1, 10);
  CHECK_OK(silent.close());
  const double twice = statistics(scheme)["schemes"]["test"]["seconds"]["native"].get<double>();
  CHECK(twice - once < 0.25);
}

// What a host does between the verbs is not the library's time.
static void the_hosts_own_work_is_not_counted() {
  const Scheme scheme(emulate(write_emulator(column_card)));
  const Model model(10);
  const auto work = [] { usleep(200000); };
  const Call call(scheme, 10);
  work();
  CHECK_OK(call.put("air_temperature", model.section(model.temperature, 1, 10)));
  work();
  CHECK_OK(call.put("surface_air_pressure", model.section(model.pressure, 1, 10)));
  work();
  CHECK_OK(call.run());
  CHECK(!call.native_wanted());
  work();
  CHECK_OK(call.get("heating_rate", model.section(model.heating, 1, 10)));
  work();
  CHECK_OK(call.get("rainfall_flux", model.section(model.rain, 1, 10)));
  work();
  CHECK_OK(call.close());
  const json spent = statistics(scheme)["schemes"]["test"]["seconds"];
  for (const auto &[part, seconds] : spent.items()) CHECK(seconds.get<double>() < 0.19);
  CHECK(spent["pack"] > 0 && spent["scatter"] > 0 && spent["native"] == 0);
}

static void native_mode_counts_nothing() {
  const Scheme scheme("");
  Model model(10);
  model.blocks(scheme, 4);
  CHECK_EQ(statistics(scheme)["schemes"]["test"]["calls"], 0);
}

// Legacy hosts write Latin-1.
static void strange_bytes_do_not_spoil_the_json() {
  const Scheme scheme("mode = \"record\"\nrecord.replace = true");
  scheme.step(1, "1979 M\xe4rz \"1\"");
  CHECK(statistics(scheme)["date"].get<std::string>().find("rz \"1\"") != std::string::npos);
}

static void a_file_is_written_when_the_domain_ends() {
  const std::string path = folder() / "statistics.{rank}.json";
  {
    const Domain domain("statistics = \"" + path + "\"\n[scheme.test]\n" +
                        emulate(write_emulator(column_card)));
    hyb_scheme *scheme = nullptr;
    CHECK_OK(hyb_scheme_create(domain.handle, "test", HYB_TOP_DOWN, &scheme));
    CHECK_OK(hyb_scheme_destroy(scheme));
  }
  std::ifstream file(folder() / "statistics.0.json");
  CHECK_EQ(json::parse(file)["schemes"]["test"]["mode"], "emulate");
}

// Hosts stop or exit; nobody destroys anything. (First: the child inherits what there is.)
static void a_file_is_written_when_the_process_exits() {
  const std::string path = folder() / "exit.json";
  const pid_t child = fork();
  if (child == 0) {
    hyb_domain *domain = nullptr;
    const std::string text = "[domain]\nstatistics = \"" + path + "\"";
    hyb_domain_create_text(text.c_str(), nullptr, nullptr, &domain);
    hyb_domain_step(domain, 3, nullptr, 0);
    std::exit(7);
  }
  int status = -1;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
  std::ifstream file(path);
  CHECK_EQ(json::parse(file)["step"], 3);
}

int main() {
  a_file_is_written_when_the_process_exits();
  calls_columns_and_times_are_counted();
  the_native_routine_is_timed();
  the_hosts_own_work_is_not_counted();
  native_mode_counts_nothing();
  strange_bytes_do_not_spoil_the_json();
  a_file_is_written_when_the_domain_ends();
  return check_failures();
}
