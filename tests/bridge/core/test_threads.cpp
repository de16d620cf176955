// SPDX-License-Identifier: BSD-3-Clause
// Many threads in one scheme and in several, in every mode, from the very first call on.
#include <thread>

#include "model.hpp"

static const char *const units =
    "field.air_temperature.unit = \"K\"\nfield.surface_air_pressure.unit = \"Pa\"\n"
    "field.heating_rate.unit = \"K s-1\"\nfield.rainfall_flux.unit = \"kg m-2 s-1\"\n";

static void in_parallel(int n, const std::function<void(int)> &body) {
  std::vector<std::thread> threads;
  for (int i = 0; i < n; ++i) threads.emplace_back(body, i);
  for (std::thread &thread : threads) thread.join();
}

// Every thread works on columns of its own; the fields are settled by whoever comes first.
static void threads_share_a_scheme(const std::string &table) {
  const Scheme scheme(table);
  Model model(160);
  for (int64_t step = 1; step <= 4; ++step) {
    scheme.step(step);
    in_parallel(4, [&](int i) {
      for (int64_t first = 1 + 40 * i; first <= 40 * (i + 1); first += 8)
        model.block(scheme, first, 8);
    });
  }
  const bool native = table.find("mode = \"emulate\"") == std::string::npos;
  CHECK(native ? model.is_native() : model.is_emulated());
}

static void every_thread_has_a_domain_of_its_own() {
  const std::string emulator = write_emulator(column_card);
  in_parallel(4, [&](int) {
    for (int round = 0; round < 10; ++round) {
      const Scheme scheme(emulate(emulator));
      Model model(20);
      model.blocks(scheme, 6);
      CHECK(model.is_emulated());
    }
  });
}

static void errors_on_threads_have_their_own_message() {
  const Scheme scheme(emulate(write_emulator(column_card)));
  in_parallel(4, [&](int i) {
    const std::string name = "output" + std::to_string(i);
    const Model model(2);
    for (int round = 0; round < 50; ++round) {
      const Call call(scheme, 2);
      model.put_all(call, 1, 2);
      CHECK_OK(call.run());
      CHECK_REFUSED(call.get(name.c_str(), model.section(model.rain, 1, 2)), HYB_ERROR_FIELD,
                    name.c_str());
      CHECK_REFUSED(call.close(), HYB_ERROR_FIELD, "expected a get of every output");
    }
  });
}

int main() {
  const std::string emulator = write_emulator(column_card);
  const auto record = [](const char *name) {
    return std::string("[scheme.test.record]\npath = \"") + folder() / name + "\"\n";
  };
  threads_share_a_scheme("");
  threads_share_a_scheme(emulate(emulator));
  threads_share_a_scheme(shadow(emulator));
  threads_share_a_scheme(shadow(emulator) + record("shadow.nc"));
  threads_share_a_scheme(std::string("mode = \"record\"\n") + units + record("late.nc"));
  threads_share_a_scheme(std::string("mode = \"record\"\n") + units + record("fail-append.nc"));
  every_thread_has_a_domain_of_its_own();
  errors_on_threads_have_their_own_message();
  return check_failures();
}
