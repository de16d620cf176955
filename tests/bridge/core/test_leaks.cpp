// SPDX-License-Identifier: BSD-3-Clause
// A hundred thousand calls, a thousand domains: memory does not grow.
#include <unistd.h>

#include "model.hpp"
#include "sanitizers.hpp"

// Resident memory [bytes].
static long resident() {
  long total = 0, pages = 0;
  std::ifstream("/proc/self/statm") >> total >> pages;
  return pages * sysconf(_SC_PAGESIZE);
}

constexpr int rounds = sanitized ? 1000 : 100000, lives = sanitized ? 30 : 1000;
constexpr long tolerance = 1 << 20;

static void does_not_grow(const char *what, int count, const std::function<void()> &body) {
  for (int i = 0; i < count / 10; ++i) body();
  const long before = resident();
  for (int i = 0; i < count; ++i) body();
  const long grown = resident() - before;
  if (sanitized || grown <= tolerance) return;
  std::fprintf(stderr, "%s: %ld bytes more\n", what, grown);
  CHECK(grown <= tolerance);
}

static void calls_do_not_leak(const std::string &table) {
  const Scheme scheme(table);
  Model model(8);
  does_not_grow(table.c_str(), rounds, [&] { model.block(scheme, 1, 8); });
}

// A call that fails in each way it can.
static void failing_calls_do_not_leak() {
  const Scheme scheme(emulate(write_emulator(column_card, "fail-run")));
  const Model model(8);
  const auto p = model.section(model.pressure, 1, 8);
  does_not_grow("failures", rounds / 10, [&] {
    const Call call(scheme, 8);
    model.put_all(call, 1, 8);
    call.put("surface_air_pressure", p);
    call.put("another", hyb_view{});
    call.run();
    call.get("rainfall_fluxes", p);
    call.close();
    call.close();
  });
}

static void domains_do_not_leak(const std::string &table) {
  does_not_grow(table.c_str(), lives, [&] {
    const Scheme scheme(table);
    Model model(8);
    model.block(scheme, 1, 8);
    const Call left_open(scheme, 8);
  });
}

static void refused_schemes_do_not_leak() {
  const std::string broken = emulate(write_emulator(column_card, "fail-prepare"));
  does_not_grow("refusals", lives, [&] {
    const Domain domain("[scheme.test]\n" + broken);
    hyb_scheme *scheme = nullptr;
    hyb_scheme_create(domain.handle, "test", HYB_TOP_DOWN, &scheme);
    hyb_domain *refused = nullptr;
    hyb_domain_create_text("[domain]\nlugs = 1", nullptr, nullptr, &refused);
  });
}

int main() {
  const std::string emulator = write_emulator(column_card);
  for (const std::string &table : {std::string(), emulate(emulator), shadow(emulator)}) {
    calls_do_not_leak(table);
    domains_do_not_leak(table);
  }
  failing_calls_do_not_leak();
  refused_schemes_do_not_leak();
  return check_failures();
}
