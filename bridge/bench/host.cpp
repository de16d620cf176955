// SPDX-License-Identifier: BSD-3-Clause
#include "host.hpp"

#include <cstdio>
#include <stdexcept>

namespace hybrid_bench {
namespace {

using nlohmann::json;

constexpr char scheme_name[] = "network";
constexpr double time_step = 1800;  // [s]

void check(int32_t status) {
  if (status != HYB_OK) throw std::runtime_error(hyb_last_error());
}

void log_warnings(int32_t level, const char *text, void *) {
  if (level > HYB_LOG_INFO) std::fprintf(stderr, "%s\n", text);
}

void log_nothing(int32_t, const char *, void *) {}

void add_key(std::string &text, const char *key, const std::string &value) {
  if (!value.empty()) text += std::string(key) + " = " + json(value).dump() + "\n";
}

std::string configuration(const Emulator &emulator, const Setup &setup) {
  std::string text = "[scheme.network]\nmode = \"emulate\"\n";
  add_key(text, "emulator", emulator.file);
  add_key(text, "backend", emulator.backend);
  add_key(text, "device", emulator.device);
  return text + "[scheme.network.batch]\ncolumns = " + std::to_string(emulator.columns) + "\n" +
         setup.tables;
}

hyb_domain *domain_of(const Emulator &emulator, const Setup &setup) {
  hyb_host host{};
  host.size = sizeof host;
  host.log = setup.quiet ? log_nothing : log_warnings;
  hyb_grid grid{};
  grid.size = sizeof grid;
  grid.ncol = setup.ncol;
  hyb_domain *domain = nullptr;
  check(hyb_domain_create_text(configuration(emulator, setup).c_str(),
                               setup.ncol > 0 ? &grid : nullptr, &host, &domain));
  return domain;
}

void declare(hyb_scheme *scheme, const std::vector<Field> &fields) {
  for (const Field &one : fields) {
    const char *dims = one.dims.empty() ? nullptr : one.dims.c_str();
    const hyb_field field{sizeof field, one.name.c_str(), one.unit.c_str(), dims, one.role};
    check(hyb_scheme_field(scheme, &field));
  }
}

}  // namespace

Emulator emulator_of(const json &job, int64_t columns) {
  return {job.at("file"), job.value("backend", ""), job.value("device", ""), columns};
}

Host::Host(const Network &network, const Emulator &emulator, const Setup &setup)
    : domain_(domain_of(emulator, setup)) {
  hyb_scheme *scheme = nullptr;
  check(hyb_scheme_create(domain_.get(), scheme_name, network.orientation, &scheme));
  scheme_.reset(scheme);
  declare(scheme, network.inputs);
  declare(scheme, network.outputs);
}

hyb_call Host::put_and_run(HostArrays &x, int64_t first, int64_t ncol) const {
  hyb_call call{};
  check(hyb_call_open(scheme_.get(), ncol, first + 1, &call));
  for (size_t i = 0; i < x.fields().size(); ++i) {
    const hyb_view view = x.view(i, first, ncol);
    check(hyb_call_put(&call, x.fields()[i].name.c_str(), &view));
  }
  check(hyb_call_run(&call));
  return call;
}

void Host::get_and_close(const hyb_call &call, HostArrays &y, int64_t first, int64_t ncol) const {
  for (size_t i = 0; i < y.fields().size(); ++i) {
    const hyb_view view = y.view(i, first, ncol);
    check(hyb_call_get(&call, y.fields()[i].name.c_str(), &view));
  }
  check(hyb_call_close(&call));
}

bool Host::native_wanted(const hyb_call &call) const {
  int32_t wanted = 0;
  check(hyb_call_native_wanted(&call, &wanted));
  return wanted != 0;
}

void Host::step(int64_t number) const {
  check(hyb_domain_step(domain_.get(), number, nullptr, time_step));
}

Stages Host::stages() const {
  const char *text = nullptr;
  check(hyb_domain_statistics(domain_.get(), &text));
  const json seconds = json::parse(text).at("schemes").at(scheme_name).at("seconds");
  Stages stages{};
  for (size_t i = 0; i < stages.size(); ++i) stages[i] = seconds.value(stage_names[i], 0.0);
  return stages;
}

}  // namespace hybrid_bench
